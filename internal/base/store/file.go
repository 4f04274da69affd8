package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/boltfile"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is for how long a file may be in use by an emulator that ends.
const lockTimeout = time.Second

// ErrInUse says that another process has a state file open.
var ErrInUse = errors.New("another emulator uses it")

// openJournal opens a state file, or makes one. It writes nothing into one that there is; see journal.mend.
func openJournal(o Options) (*journal, error) {
	j := &journal{newStamp: o.Stamp, fault: o.Fault, migrations: o.Migrations, skipped: o.Skipped, bad: map[storedRow]bool{}}
	if j.fault == nil {
		j.fault = func() error { return nil }
	}
	err := makeFile(o.Path, len(o.Migrations))
	if err == nil {
		err = guarded(func() error { return j.inspect(o.Path) })
	}
	if err == nil {
		err = guarded(func() error { return j.open(o.Path) })
	}
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("open state file %s: %w", o.Path, err)
	}
	return j, nil
}

// makeFile makes an empty state file where there is none. It gets its name when it
// is complete, so that a file that cannot be read is never one in the making.
func makeFile(path string, format int) (err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	unnamed, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(unnamed.Name()) }() // it has another name, or is of no use
	if err := unnamed.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(unnamed.Name(), 0o600, &bbolt.Options{NoFreelistSync: true})
	if err != nil {
		return err
	}
	err = boltfile.Update(db, func(disk *boltfile.Writer) error { return putFormat(disk.Tx, format) })
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	// Unlike Rename, Link leaves alone what another emulator has made meanwhile. Not
	// every file system has it.
	if err := os.Link(unnamed.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(unnamed.Name(), path)
}

// inspect makes sure that bbolt can read a file and this program its rows, without changing it.
func (j *journal) inspect(path string) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return damaged(errors.New("it is empty"))
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, ReadOnly: true})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return err
	case err != nil:
		return damaged(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	switch err := boltfile.Check(file, info.Size(), db.Info().PageSize); {
	case errors.Is(err, boltfile.ErrOneMeta):
		if err := j.skip(err); err != nil {
			return err
		}
	case err != nil:
		return damaged(err)
	}
	return db.View(j.inspectTables)
}

// inspectTables makes sure that this program knows the tables of a file.
func (j *journal) inspectTables(disk *bbolt.Tx) error {
	format := len(j.migrations)
	found, err := formatOf(disk)
	switch {
	case err != nil:
		return damaged(err)
	case found > format:
		return fmt.Errorf("it is of format %d, which a newer ecs-emulator has made; this one reads formats up to %d; start that one, or move the file away to begin anew", found, format)
	}
	return disk.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
		switch {
		case bucket == nil:
			return damaged(fmt.Errorf("%q is no table", name))
		case found == format && tables[string(name)] == nil && logs[string(name)] == nil && !reserved(string(name)):
			return fmt.Errorf("it has a table %q, which this ecs-emulator does not know; start the version that made it, or move the file away to begin anew", name)
		}
		return nil
	})
}

// open opens an inspected file for writing, and checks its rows.
func (j *journal) open(path string) (err error) {
	if j.db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, NoFreelistSync: true}); err != nil {
		return err
	}
	err = j.db.View(func(disk *bbolt.Tx) error {
		format, err := formatOf(disk)
		if err != nil {
			return damaged(err)
		}
		j.outdated = format != len(j.migrations) || !boltfile.Sealed(disk)
		if boltfile.Sealed(disk) {
			return j.verify(disk)
		}
		return nil
	})
	if err != nil {
		return j.abandon(err)
	}
	return nil
}

// verify finds the rows that are not as they were written.
func (j *journal) verify(disk *bbolt.Tx) error {
	var refused error
	complete, err := boltfile.Verify(disk, func(table string, key []byte) {
		if err := j.leave(table, key, errors.New("its checksum is wrong")); refused == nil {
			refused = err
		}
	})
	switch {
	case err != nil:
		return damaged(err)
	case refused == nil && !complete && len(j.bad) == 0:
		return j.skip(errors.New("rows are missing, or older than they should be"))
	}
	return refused
}

// skip refuses a file with damaged rows, unless the start is to go on without them.
func (j *journal) skip(why error) error {
	if j.skipped == nil {
		return damagedRows(why)
	}
	j.lacking = true
	j.skipped(why)
	return nil
}

// load fills tables with what the journal holds.
func (s *Store) load(into version) error {
	j := s.journal
	read := func(disk *bbolt.Tx) error {
		if !j.bad[storedRow{string(stampBucket), string(stampKey)}] {
			j.stamped = stampOf(disk)
		}
		return disk.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
			if reserved(string(name)) {
				return nil
			}
			if l := logs[string(name)]; l != nil {
				return s.rings[l.number].load(j, l, bucket)
			}
			return loadTable(j, into, tables[string(name)], bucket)
		})
	}
	err := guarded(func() error {
		if !j.outdated {
			return j.db.View(read)
		}
		// The next write does this again, and keeps it.
		return boltfile.Try(j.db, func(disk *boltfile.Writer) error {
			if err := j.mend(disk); err != nil {
				return damaged(err)
			}
			return read(disk.Tx)
		})
	})
	if err != nil {
		return fmt.Errorf("read state file %s: %w", j.db.Path(), err)
	}
	return nil
}

func loadTable(j *journal, into version, t *table, bucket *bbolt.Bucket) error {
	return bucket.ForEach(func(key, value []byte) error {
		if j.bad[storedRow{t.name, string(key)}] {
			return nil
		}
		row := reflect.New(t.row).Interface()
		err := wire.Unmarshal(boltfile.Body(value), row)
		if err == nil && t.key(row) != string(key) {
			err = fmt.Errorf("it is the row of %q", t.key(row))
		}
		if err != nil {
			return j.leave(t.name, key, err)
		}
		into[t.number].put(t, string(key), row)
		return nil
	})
}

// leave leaves a row out that cannot be read.
func (j *journal) leave(table string, key []byte, why error) error {
	j.bad[storedRow{table, string(key)}] = true
	return j.skip(fmt.Errorf("%s %q: %w", table, key, why))
}

// damaged says what to do about a file that cannot be read.
func damaged(why error) error {
	return fmt.Errorf("it is damaged and was left as it is; move it away to begin anew: %w", why)
}

// damagedRows says what to do about a file of which some rows cannot be read.
func damagedRows(why error) error {
	return fmt.Errorf("it is damaged and was left as it is; move it away to begin anew, or go on without its damaged rows by --skip-damaged-rows: %w", why)
}

// guarded runs what reads a file that may be damaged. bbolt maps the file into
// memory and trusts what it finds there: it fails its own assertions, or reads where
// nothing is mapped.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("%v", p))
		}
	}()
	return fn()
}
