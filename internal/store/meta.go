package store

import (
	"bytes"
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"
)

// metaBucket is the bucket of the state file that holds no rows.
var (
	metaBucket = []byte("meta")
	metaFormat = []byte("format") // a number; files without are of format 0
	metaStamp  = []byte("stamp")  // see Stamped
	metaProbe  = []byte("probe")  // see Probe
)

// Migration brings the rows of a state file from one format to the next.
type Migration func(*StoredRows) error

// StoredRows are those of a state file that is being migrated.
type StoredRows struct{ disk *bbolt.Tx }

// Rewrite replaces each row of a table, which is JSON, by what change makes of it.
func (r *StoredRows) Rewrite(table string, change func(row []byte) ([]byte, error)) error {
	bucket := r.disk.Bucket([]byte(table))
	if bucket == nil {
		return nil
	}
	changed := map[string][]byte{} // a bucket must not change while it is read
	err := bucket.ForEach(func(key, row []byte) (err error) {
		changed[string(key)], err = change(row)
		return err
	})
	if err != nil {
		return fmt.Errorf("migrate %s: %w", table, err)
	}
	for key, row := range changed {
		if err := bucket.Put([]byte(key), row); err != nil {
			return err
		}
	}
	return nil
}

// Put adds a row, which is JSON, to a table.
func (r *StoredRows) Put(table, key string, row []byte) error {
	bucket, err := r.disk.CreateBucketIfNotExists([]byte(table))
	if err != nil {
		return fmt.Errorf("migrate %s: %w", table, err)
	}
	return bucket.Put([]byte(key), row)
}

// Drop removes a table that may not be there.
func (r *StoredRows) Drop(table string) error {
	if r.disk.Bucket([]byte(table)) == nil {
		return nil
	}
	return r.disk.DeleteBucket([]byte(table))
}

// migrate takes a file to the present format, which is the number of migrations.
func migrate(disk *bbolt.Tx, migrations []Migration) error {
	format, err := formatOf(disk)
	if err != nil {
		return err
	}
	for ; format < len(migrations); format++ {
		if err := migrations[format](&StoredRows{disk}); err != nil {
			return err
		}
	}
	return putFormat(disk, format)
}

// formatOf is the format of the rows.
func formatOf(disk *bbolt.Tx) (int, error) {
	bucket := disk.Bucket(metaBucket)
	if bucket == nil || bucket.Get(metaFormat) == nil {
		return 0, nil
	}
	format, err := strconv.Atoi(string(bucket.Get(metaFormat)))
	if err != nil {
		return 0, fmt.Errorf("its format is %q", bucket.Get(metaFormat))
	}
	return format, nil
}

func putFormat(disk *bbolt.Tx, format int) error {
	bucket, err := disk.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	return bucket.Put(metaFormat, []byte(strconv.Itoa(format)))
}

// Stamped is what the durable log held when the store was opened: the last that
// Options.Stamp had given before. It is empty for a new log.
func (s *Store) Stamped() []byte {
	if s.journal == nil {
		return nil
	}
	return s.journal.stamped
}

func stampOf(disk *bbolt.Tx) []byte {
	return bytes.Clone(disk.Bucket(metaBucket).Get(metaStamp))
}

func putStamp(disk *bbolt.Tx, stamp []byte) error {
	return disk.Bucket(metaBucket).Put(metaStamp, stamp)
}
