//! What a whole database holds, in a few bytes: to show that nothing was changed.

use super::House;
use std::collections::BTreeMap;

impl House {
    /// A digest of the content of every table, by its name.
    pub async fn fingerprint(&self) -> BTreeMap<String, String> {
        let sql = self.sql().await;
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let mut all = BTreeMap::new();
        for row in sql.query(tables, &[]).await.expect("tables") {
            let table: String = row.get(0);
            let digest = format!("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t");
            let row = sql.query_one(&digest, &[]).await.expect("a digest");
            all.insert(table, row.get::<_, Option<String>>(0).unwrap_or_default());
        }
        all
    }
}
