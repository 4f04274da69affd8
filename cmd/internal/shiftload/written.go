package shiftload

import (
	"errors"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"
)

// Written is how often a store has been written to disk, in all the time since it was made. The emulator with this data
// directory is at rest: a copy of its file is read.
func Written(dir string) (times int, err error) {
	content, err := os.ReadFile(filepath.Join(dir, "state.db"))
	if err != nil {
		return 0, err
	}
	file := filepath.Join(dir, "copy.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return 0, err
	}
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close(), os.Remove(file)) }()
	return times, db.View(func(tx *bbolt.Tx) error {
		times = tx.ID()
		return nil
	})
}
