//! Reading of records.

use std::{fs, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use giliran_sim::record::{DaySecond, Outcome, Record, RecordError, Source, Visit};

const HEADER: &str = "day,ticket_id,class,arrival_s,start_s,end_s,server_id,priority,outcome\n";

fn source(folder: &Path, rows: &str) -> Source {
    let record = folder.join("record.csv");
    fs::write(&record, format!("{HEADER}{rows}")).unwrap();
    Source { record, day: "2026-01-05".parse().unwrap(), office: None, services: None, readings: None }
}

fn read(rows: &str) -> Result<Record, RecordError> {
    source(tempfile::tempdir().unwrap().path(), rows).read()
}

fn visit(class: &str, arrival: u32, priority: bool, outcome: Outcome) -> Visit {
    Visit { class: class.into(), arrival: DaySecond(arrival), priority, outcome }
}

#[test]
fn each_outcome_is_read_with_its_times() {
    let rows = "\
2026-01-05,1,PS,100,110,120,A01,2,served
2026-01-05,2,PS,101,111,,,0,called
2026-01-04,3,PS,102,,,,0,nonsense of another day
2026-01-05,4,IN,103,,113,,1,phantom
2026-01-05,5,PS,104,,114,A07,0,abandoned
";
    let record = read(rows).unwrap();
    assert_eq!(
        record.visits,
        [
            visit(
                "PS",
                100,
                true,
                Outcome::Served {
                    start: DaySecond(110),
                    end: Some(DaySecond(120)),
                    server: Some("A01".into())
                }
            ),
            visit("PS", 101, false, Outcome::Served { start: DaySecond(111), end: None, server: None }),
            visit("IN", 103, false, Outcome::Missed { called: DaySecond(113) }),
            visit("PS", 104, false, Outcome::Abandoned { left: DaySecond(114) }),
        ]
    );
}

#[test]
fn a_bad_row_is_named_with_its_line_and_what_is_wrong() {
    for (row, what) in [
        ("2026-01-05,2,PS,200,,210,,0,served", "`served` needs start_s"),
        ("2026-01-05,2,PS,200,,,,0,phantom", "`phantom` needs end_s"),
        ("2026-01-05,2,PS,200,,,,0,abandoned", "`abandoned` needs end_s"),
        ("2026-01-05,2,PS,200,205,210,,0,eaten", "`eaten` is no outcome that is known here"),
        ("2026-01-05,2,,200,205,210,,0,served", "no class"),
        ("2026-01-05,2,PS,200,205,210,,3,served", "a priority of 3 is not between 0 and 2"),
        (
            "2026-01-05,2,PS,200,190,210,,0,served",
            "arrival 00:03:20, start 00:03:10 and end 00:03:30 are not in that order",
        ),
        (
            "2026-01-05,2,PS,200,205,201,,0,served",
            "arrival 00:03:20, start 00:03:25 and end 00:03:21 are not in that order",
        ),
        ("2026-01-05,2,PS,200,205,190000,,0,served", "190000 is not a second of that day or the next"),
    ] {
        let error = read(&format!("2026-01-05,1,PS,100,110,120,,0,served\n{row}\n")).unwrap_err();
        let RecordError::BadRow { line, what: said, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*line, said.as_str()), (3, what));
        assert!(error.to_string().ends_with(&format!("record.csv, line 3: {what}")), "{error}");
    }
    for row in [
        "2026-01-05,2,PS",
        "yesterday,2,PS,200,205,210,,0,served",
        "2026-01-05,2,PS,-5,205,210,,0,served",
        "2026-01-05,2,PS,soon,205,210,,0,served",
    ] {
        let error = read(&format!("2026-01-05,1,PS,100,110,120,,0,served\n{row}\n")).unwrap_err();
        assert!(matches!(error, RecordError::BadRow { line: 3, .. }), "{row}: {error:?}");
    }
}

#[test]
fn what_is_not_there_is_said() {
    let error =
        read("2026-01-03,1,PS,100,110,120,,0,served\n2026-01-04,2,PS,100,110,120,,0,served\n").unwrap_err();
    assert!(
        error.to_string().ends_with("has nothing of 2026-01-05; it has 2 days from 2026-01-03 to 2026-01-04"),
        "{error}"
    );
    let folder = tempfile::tempdir().unwrap();
    let nowhere = Source { record: folder.path().join("nothing.csv"), ..source(folder.path(), "") };
    assert!(matches!(nowhere.read(), Err(RecordError::Unreadable(..))));
    let office = Source { office: Some("UD".into()), ..source(folder.path(), "") };
    assert!(matches!(office.read(), Err(RecordError::OfficeWithoutServices)));
}

#[test]
fn a_packed_record_reads_as_an_unpacked_one() {
    let folder = tempfile::tempdir().unwrap();
    let row = "2026-01-05,1,PS,100,110,120,,0,served\n";
    let plain = source(folder.path(), row);
    let packed = Source { record: folder.path().join("record.csv.gz"), ..plain.clone() };
    let mut file = GzEncoder::new(fs::File::create(&packed.record).unwrap(), Compression::fast());
    file.write_all(format!("{HEADER}{row}").as_bytes()).unwrap();
    file.finish().unwrap();
    assert_eq!(packed.read().unwrap(), plain.read().unwrap());
}

#[test]
fn an_office_is_picked_out_with_its_own_services() {
    let folder = tempfile::tempdir().unwrap();
    let services = folder.path().join("services.csv");
    fs::write(&services, "service_id,office,service_name,queue\n1,UD_A,Kasa,q\n2,UD_B,Paszporty,\n").unwrap();
    let readings = folder.path().join("readings.csv");
    let open = "service_id,day,t_s,open_counters\n1,2026-01-05,1,2\n1,2026-01-05,2,3\n1,2026-01-05,3,\n\
                1,2026-01-04,1,9\n2,2026-01-05,1,7\n";
    fs::write(&readings, open).unwrap();
    let rows = "2026-01-05,1,1,100,110,,,0,called\n2026-01-05,2,2,100,110,,,0,called\n";
    let source = Source {
        office: Some("UD_A".into()),
        services: Some(services),
        readings: Some(readings),
        ..source(folder.path(), rows)
    };
    let record = source.read().unwrap();
    assert_eq!(record.visits.iter().map(|visit| visit.class.as_str()).collect::<Vec<_>>(), ["1"]);
    assert_eq!(record.services.len(), 1);
    let facts = &record.services["1"];
    assert_eq!(
        (facts.name.as_deref(), facts.queue.as_deref(), facts.open_counters),
        (Some("Kasa"), Some("q"), Some(3))
    );
}
