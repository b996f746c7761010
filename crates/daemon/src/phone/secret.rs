//! The secret address of a ticket: 128 bits that nobody can tell from chance.
//!
//! It is one block of AES-256: which ticket, of which business day, of which branch. A block cipher under one key is
//! a permutation, so N tickets have N different addresses, and a guess hits one of them with a chance of N in 2^128,
//! however many were seen before. No list of them is kept, so none can be read, and with the day all of them are void.
//! See docs/adr/0019-phone-addresses.md.

use aes::{
    Aes256, Block,
    cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use giliran_core::{BranchId, TicketId};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// What the key is for.
pub const PURPOSE: &str = "phone ticket addresses";

/// So many bytes of the block are the ticket's: some 280 million million tickets.
const TICKET: usize = 6;

/// So many the day's: 45,000 years.
const DAY: usize = 3;

/// All others tell the branch.
const BRANCH: usize = 16 - TICKET - DAY;

/// A ticket that an address was made for: whoever brings the address is its holder, as long as its day lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// The ticket.
    pub ticket: TicketId,
    /// The days from 1970 to its own.
    day: u32,
}

impl Claim {
    /// Whether it is of that business day.
    pub fn is_of(self, day: Date) -> bool {
        day_number(day) == Some(self.day)
    }
}

/// Makes the addresses of a branch's tickets, and reads them.
#[derive(Clone)]
pub struct Addresses {
    cipher: Aes256,
    branch: [u8; BRANCH],
}

impl std::fmt::Debug for Addresses {
    /// The key stays where it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Addresses(..)")
    }
}

impl Addresses {
    /// Those of a branch, under a key that is for nothing else.
    pub fn new(key: &[u8; 32], branch: &BranchId) -> Self {
        let name: [u8; 32] = Sha256::digest(branch.as_str()).into();
        let branch = name.first_chunk().copied().unwrap_or_default();
        Self { cipher: Aes256::new(key.into()), branch }
    }

    /// The address of a ticket, for its day; none for a ticket or a day beyond all that an office will see.
    pub fn of(&self, ticket: TicketId, day: Date) -> Option<String> {
        let mut block = [0; 16];
        let (first, rest) = block.split_first_chunk_mut::<TICKET>()?;
        let (second, third) = rest.split_first_chunk_mut::<DAY>()?;
        *first = last_bytes(ticket.0.to_be_bytes())?;
        *second = last_bytes(day_number(day)?.to_be_bytes())?;
        third.copy_from_slice(&self.branch);
        let mut block = Block::from(block);
        self.cipher.encrypt_block(&mut block);
        Some(URL_SAFE_NO_PAD.encode(block))
    }

    /// The ticket of an address, if it is one of this branch. Whether its day is today is for another to say.
    ///
    /// What has not even the shape of an address takes the same way as one that was made up.
    pub fn read(&self, address: &[u8]) -> Option<Claim> {
        let mut bytes = [0; 16];
        let decoded = URL_SAFE_NO_PAD.decode_slice(address, &mut bytes);
        let mut block = Block::from(bytes);
        self.cipher.decrypt_block(&mut block);
        let (ticket, rest) = block.split_first_chunk::<TICKET>()?;
        let (day, branch) = rest.split_first_chunk::<DAY>()?;
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        // All of it is looked at, and then whether it is right.
        let differs =
            branch.iter().zip(&self.branch).fold(0, |differs, (one, other)| differs | (one ^ other));
        let claim = Claim { ticket: TicketId(number(ticket)), day: u32::try_from(number(day)).ok()? };
        (decoded == Ok(16) && differs == 0).then_some(claim)
    }
}

/// The days from 1970 on.
fn day_number(day: Date) -> Option<u32> {
    let since = day.duration_since(Date::constant(1970, 1, 1));
    u32::try_from(since.as_hours() / 24).ok().filter(|_| !since.is_negative())
}

/// The last bytes of a number, if the first are nought.
fn last_bytes<const ALL: usize, const LAST: usize>(number: [u8; ALL]) -> Option<[u8; LAST]> {
    let (first, last) = number.split_last_chunk()?;
    first.iter().all(|byte| *byte == 0).then_some(*last)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};

    use super::*;

    fn addresses(key: u8, branch: &str) -> Addresses {
        Addresses::new(&[key; 32], &branch.parse().unwrap())
    }

    fn today() -> Date {
        Date::constant(2026, 11, 23)
    }

    fn opens(addresses: &Addresses, bytes: u128) -> bool {
        addresses.read(URL_SAFE_NO_PAD.encode(bytes.to_be_bytes()).as_bytes()).is_some()
    }

    fn bytes_of(address: &str) -> u128 {
        let bytes = URL_SAFE_NO_PAD.decode(address).unwrap();
        u128::from_be_bytes(bytes.try_into().unwrap())
    }

    proptest! {
        #[test]
        fn an_address_is_that_of_its_ticket_day_branch_and_key_alone(
            ticket in 0..1_u64 << 48, days in 0..80_000_i32, key: u8, other: u8, bit in 0..128_u32,
        ) {
            let mine = addresses(key, "contoh");
            let day = Date::constant(1970, 1, 1).saturating_add(days.days());
            let address = mine.of(TicketId(ticket), day).unwrap();
            prop_assert_eq!(address.len(), 22);
            let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
            prop_assert!(address.bytes().all(plain));
            let claim = mine.read(address.as_bytes()).unwrap();
            prop_assert_eq!(claim.ticket, TicketId(ticket));
            prop_assert!(claim.is_of(day));
            prop_assert!(!claim.is_of(day.tomorrow().unwrap()));
            prop_assert!(!opens(&mine, bytes_of(&address) ^ (1 << bit)));
            prop_assert_eq!(addresses(key, "contoh-2").read(address.as_bytes()), None);
            prop_assert_eq!(addresses(other, "contoh").read(address.as_bytes()).is_some(), other == key);
        }

        #[test]
        fn no_other_writing_of_an_address_is_one(place in 0..=22_usize, mark: char, ticket in 0..100_u64) {
            let mine = addresses(1, "contoh");
            let address = mine.of(TicketId(ticket), today()).unwrap();
            let mut longer = address.clone();
            longer.insert(place, mark);
            prop_assert_eq!(mine.read(longer.as_bytes()), None);
            if place < 22 {
                let mut shorter = address.clone();
                shorter.remove(place);
                prop_assert_eq!(mine.read(shorter.as_bytes()), None);
                let mut another = shorter;
                another.insert(place, mark);
                prop_assert_eq!(mine.read(another.as_bytes()).is_some(), another == address);
            }
        }

        #[test]
        fn rubbish_is_no_address(rubbish: Vec<u8>) {
            prop_assert_eq!(addresses(1, "contoh").read(&rubbish), None);
        }
    }

    #[test]
    fn what_does_not_fit_has_no_address() {
        let mine = addresses(1, "contoh");
        assert_eq!(mine.of(TicketId(1 << 48), today()), None);
        assert_eq!(mine.of(TicketId(u64::MAX), today()), None);
        assert_eq!(mine.of(TicketId(1), Date::constant(1969, 12, 31)), None);
        assert!(mine.of(TicketId(1), Date::MAX).is_some());
    }

    #[test]
    fn a_million_guesses_and_all_neighbours_of_a_real_address_open_nothing() {
        let mine = addresses(7, "contoh");
        let mut guesses = rand::rngs::StdRng::seed_from_u64(7);
        for _ in 0..1_000_000 {
            assert!(!opens(&mine, guesses.random()));
        }
        let real = bytes_of(&mine.of(TicketId(47), today()).unwrap());
        assert!(opens(&mine, real));
        for one in 0..128 {
            assert!(!opens(&mine, real ^ (1 << one)));
            for other in 0..one {
                assert!(!opens(&mine, real ^ (1 << one) ^ (1 << other)));
            }
        }
        for by in 1..=1000 {
            assert!(!opens(&mine, real.wrapping_add(by)) && !opens(&mine, real.wrapping_sub(by)));
        }
        // Other numbers that the office might have given out are as far away as any guess.
        let apart = (1..=1000).map(|ticket| {
            let other = bytes_of(&mine.of(TicketId(ticket), today()).unwrap());
            (other ^ real).count_ones()
        });
        assert!(apart.filter(|bits| *bits > 0).all(|bits| (30..=98).contains(&bits)));
    }
}
