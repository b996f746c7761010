//! The rows of a database that a copy has not yet.
//!
//! A connection of its own that only reads, so that a copy waits for nobody and nobody waits for it.

use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Column, Connection, Row, SqliteConnection, TypeInfo, ValueRef, sqlite::SqliteRow};

use super::{
    CopyError,
    folder::Origin,
    line::{Columns, Head, Place, Value},
    table::{Growth, TABLES, Table},
};
use crate::sqlite::{Onlooker, onlook};

/// A database that is copied.
#[derive(Debug)]
pub(super) struct Source {
    connection: SqliteConnection,
    origin: Origin,
    /// SQLite's count of other connections' commits, at the last look.
    version: Option<i64>,
}

impl Source {
    pub(super) async fn open(database: &Path) -> Result<Self, CopyError> {
        let Onlooker { log_id, schema, mut connection } = onlook(database).await?;
        let mut columns = Columns::new();
        for Table { name, .. } in TABLES {
            let names = sqlx::query_scalar("SELECT name FROM pragma_table_info(?) ORDER BY cid")
                .bind(*name)
                .fetch_all(&mut connection)
                .await?;
            // A database of an older schema may lack a table; it is copied as it is.
            if !names.is_empty() {
                columns.insert((*name).to_owned(), names);
            }
        }
        Ok(Self { connection, origin: Origin { log: log_id, schema, columns }, version: None })
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The tables that there are.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static Table> + use<> {
        let there: Vec<_> =
            TABLES.iter().filter(|table| self.origin.columns.contains_key(table.name)).collect();
        there.into_iter()
    }

    /// Whether anybody has committed anything since this was asked last.
    pub(super) async fn has_changed(&mut self) -> Result<bool, CopyError> {
        let now: i64 = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut self.connection).await?;
        Ok(self.version.replace(now) != Some(now))
    }

    /// To be asked again, as if something had changed.
    pub(super) fn forget(&mut self) {
        self.version = None;
    }

    /// From here to [`Source::end`] all that is read is of one moment. Keep it short: as long as it lasts,
    /// SQLite's own log can't be begun anew.
    pub(super) async fn begin(&mut self) -> Result<(), CopyError> {
        sqlx::raw_sql("BEGIN").execute(&mut self.connection).await?;
        Ok(())
    }

    pub(super) async fn end(&mut self) -> Result<(), CopyError> {
        sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await?;
        Ok(())
    }

    /// The last number of each numbering of a table.
    pub(super) async fn heads(&mut self, table: &Table) -> Result<Vec<(String, i64)>, CopyError> {
        let (Growth::Appended { by, number, .. }, name) = (table.growth, table.name) else {
            return Ok(Vec::new());
        };
        let sql = match by {
            None => format!("SELECT '', max({number}) FROM {name} HAVING max({number}) IS NOT NULL"),
            // One look per numbering, from each to the next, however many rows there are.
            Some(by) => format!(
                "WITH RECURSIVE each(one) AS (
                   SELECT min({by}) FROM {name}
                   UNION ALL
                   SELECT (SELECT min({by}) FROM {name} WHERE {by} > each.one) FROM each
                   WHERE each.one IS NOT NULL
                 )
                 SELECT one, (SELECT max({number}) FROM {name} WHERE {by} = each.one)
                 FROM each WHERE one IS NOT NULL"
            ),
        };
        Ok(sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?)
    }

    /// The first `limit` rows of a numbering after `after`, in order.
    pub(super) async fn rows(
        &mut self,
        table: &Table,
        by: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Vec<Value>>, CopyError> {
        let Growth::Appended { by: column, number, .. } = table.growth else { return Ok(Vec::new()) };
        let whose = column.map_or(String::from("''"), str::to_owned);
        let sql = format!(
            "SELECT {} FROM {} WHERE {whose} = ? AND {number} > ? ORDER BY {number} LIMIT ?",
            self.columns(table),
            table.name,
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(by.to_owned()).bind(after).bind(limit);
        let mut rows = query.fetch(&mut self.connection);
        let mut values = Vec::new();
        while let Some(row) = rows.try_next().await? {
            values.push(values_of(&row)?);
        }
        Ok(values)
    }

    /// All rows of a small table, in the order of its key.
    pub(super) async fn image(&mut self, table: &Table) -> Result<Vec<Vec<Value>>, CopyError> {
        let columns = self.columns(table);
        // By all columns: the same rows are the same image.
        let order: Vec<_> = (1..=columns.split(", ").count()).map(|n| n.to_string()).collect();
        let sql = format!("SELECT {columns} FROM {} ORDER BY {}", table.name, order.join(", "));
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?;
        rows.iter().map(values_of).collect()
    }

    /// Whether the database still has the row that was copied last, or had it and let go of it since.
    pub(super) async fn still_has(&mut self, table: &Table, by: &str, head: Head) -> Result<bool, CopyError> {
        let rows = self.rows(table, by, head.number - 1, 1).await?;
        let Some(row) = rows.first() else { return Ok(false) };
        // Rows are let go of at the front only, and never the last: where there is a later one, this was there.
        let place = Place::of(&self.origin.columns, table.name, row);
        if place.is_some_and(|place| !place.gapless && place.number > head.number) {
            return Ok(true);
        }
        let mut line = Vec::new();
        Ok(super::line::write_row(&mut line, table.name, row) == head.crc)
    }

    pub(super) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::debug!(%error, "the copy's connection was not closed well; it only read");
        }
    }

    fn columns(&self, table: &Table) -> String {
        let names = self.origin.columns.get(table.name);
        let quoted = names.into_iter().flatten().map(|name| format!("\"{name}\""));
        quoted.collect::<Vec<_>>().join(", ")
    }
}

fn values_of(row: &SqliteRow) -> Result<Vec<Value>, CopyError> {
    (0..row.len())
        .map(|n| {
            let raw = row.try_get_raw(n)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            // The value's own type, not the column's: a damaged file has others.
            let kind = raw.type_info().name().to_owned();
            Ok(match kind.as_str() {
                "INTEGER" => Value::Integer(row.try_get_unchecked(n)?),
                "TEXT" => Value::Text(row.try_get_unchecked(n)?),
                "BLOB" => Value::Blob(row.try_get_unchecked(n)?),
                other => {
                    let column = row.column(n).name();
                    return Err(CopyError::Database(format!(
                        "column {column} holds a value of type {other}"
                    )));
                }
            })
        })
        .collect()
}
