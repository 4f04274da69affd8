// Package scratch makes temporary folders that go with their process. What a process has left that was killed goes when
// another process makes such a folder.
package scratch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"
)

// lockFile is in each folder. Its process holds a lock on it, which ends with the process however that ends. It names the
// machine: on a file system of several ones the lock may be for each of them alone.
const lockFile = "process"

// Folder is a temporary folder, which Make makes.
type Folder struct {
	Dir    string
	prefix string

	mu   sync.Mutex
	lock *os.File // nil: it has not been made
}

// New names a folder, by a prefix that says whose it is.
func New(prefix string) *Folder {
	return &Folder{Dir: filepath.Join(os.TempDir(), prefix+uuid.NewString()), prefix: prefix}
}

// Make makes the folder if it is not there, and removes those with its prefix whose process is gone.
func (f *Folder) Make() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := os.Stat(filepath.Join(f.Dir, lockFile)); err == nil {
		return nil
	}
	removeAbandoned(f.prefix)
	err := os.MkdirAll(f.Dir, 0o700)
	if err == nil {
		err = f.hold()
	}
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	return nil
}

// hold puts the lock file into the folder, where it is locked as soon as it is there. A folder whose file cannot be locked
// has none, and nothing but Remove removes it.
func (f *Folder) hold() error {
	file, err := os.CreateTemp(f.Dir, "new")
	if err != nil {
		return err
	}
	if _, err = file.WriteString(machine()); err != nil || lock(file) != nil {
		return errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), filepath.Join(f.Dir, lockFile)); err != nil {
		return errors.Join(err, file.Close())
	}
	f.release()
	f.lock = file
	return nil
}

func (f *Folder) release() {
	if f.lock != nil {
		_ = f.lock.Close()
		f.lock = nil
	}
}

// Remove removes the folder with all that is in it.
func (f *Folder) Remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := os.RemoveAll(f.Dir)
	f.release()
	return err
}

// removeAbandoned removes the folders of which it is sure that their process is gone. What cannot be removed is another user's.
func removeAbandoned(prefix string) {
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, dir := range folders {
		if abandoned(filepath.Join(dir, lockFile)) {
			_ = os.RemoveAll(dir)
		}
	}
}

// abandoned reports whether a lock was of this machine, and is held no more.
func abandoned(name string) bool {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return false // another user may have put a pipe there, which has no end
	}
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close() //nolint:errcheck // it was only read
	text := make([]byte, len(machine())+1)
	n, _ := file.Read(text)
	return string(text[:n]) == machine() && lock(file) == nil
}

// machine names this machine, since its last start where the system tells of that.
func machine() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id") // random(4)
	if err == nil {
		return string(boot)
	}
	host, _ := os.Hostname()
	return host
}
