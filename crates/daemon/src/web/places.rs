//! Places for connections: so many in all, and so many for one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// The places, and who has how many.
#[derive(Debug)]
pub struct Places {
    most: usize,
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Of addresses that are counted; none stands at nought.
    of: HashMap<IpAddr, usize>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    All,
    /// That address has as many as one may have.
    Address,
}

impl Places {
    /// So many in all, and for each address that is counted.
    pub fn new(most: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { most, each, taken: Mutex::default() })
    }

    /// Takes a place, which is free again when the answer is dropped. Only the total counts for `None`.
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, Full> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.all >= self.most {
            return Err(Full::All);
        }
        if let Some(address) = address {
            let of = taken.of.entry(address).or_default();
            if *of >= self.each {
                return Err(Full::Address);
            }
            *of += 1;
        }
        taken.all += 1;
        Ok(Place { places: self.clone(), address })
    }
}

/// One taken place.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(address) = self.address
            && let Some(of) = taken.of.get_mut(&address)
        {
            *of -= 1;
            if *of == 0 {
                taken.of.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_has_all_its_places_leaves_the_others_theirs() {
        let [greedy, other]: [IpAddr; 2] = [[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        let places = Places::new(4, 2);
        let mut held = vec![places.take(Some(greedy)).unwrap(), places.take(Some(greedy)).unwrap()];
        assert_eq!(places.take(Some(greedy)).unwrap_err(), Full::Address);
        held.push(places.take(Some(other)).unwrap());
        held.push(places.take(None).unwrap());
        assert_eq!(places.take(Some(other)).unwrap_err(), Full::All);
        held.remove(0);
        held.push(places.take(Some(greedy)).unwrap());
        drop(held);
        assert_eq!(places.taken.lock().unwrap().all, 0);
        assert!(places.taken.lock().unwrap().of.is_empty());
    }
}
