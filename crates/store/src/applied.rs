//! What was last taken from a file of a setting: only the hash, to tell whether the file holds something new.

use cytomine_model::Millis;

use crate::{Read, StoreError, Write, sql};

/// Hash of what was last taken under that name.
pub async fn hash(mut ex: impl Read, name: &str) -> Result<Option<String>, StoreError> {
    let row = ex.first(sql("SELECT hash FROM applied WHERE name = $1").bind(name)).await?;
    row.map(|row| row.get("hash")).transpose()
}

/// Notes that something new was taken in place of what had the hash `before`; false when somebody else was quicker.
pub async fn replace(
    mut tx: impl Write,
    name: &str,
    before: Option<&str>,
    hash: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let statement = match before {
        None => {
            sql("INSERT INTO applied (name, hash, time) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
                .bind(name)
                .bind(hash)
                .bind(now)
        }
        Some(before) => sql("UPDATE applied SET hash = $2, time = $3 WHERE name = $1 AND hash = $4")
            .bind(name)
            .bind(hash)
            .bind(now)
            .bind(before),
    };
    Ok(tx.execute(statement).await? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::both;

    async fn taken(db: &crate::Db, name: &str, before: Option<&str>, hash: &str, now: Millis) -> bool {
        let mut tx = db.begin().await.unwrap();
        let taken = replace(&mut tx, name, before, hash, now).await.unwrap();
        tx.commit().await.unwrap();
        taken
    }

    #[tokio::test]
    async fn of_two_who_take_the_same_step_one_is_told_that_it_came_late() {
        both(|db| async move {
            let now = Millis(1);
            assert_eq!(hash(&db, "a").await.unwrap(), None);
            assert!(taken(&db, "a", None, "one", now).await);
            assert!(!taken(&db, "a", None, "two", now).await);
            assert!(taken(&db, "a", Some("one"), "two", now).await);
            assert!(!taken(&db, "a", Some("one"), "three", now).await);
            assert_eq!(hash(&db, "a").await.unwrap().as_deref(), Some("two"));
        })
        .await;
    }
}
