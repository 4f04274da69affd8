// Package scratch makes temporary folders that go with their process. What a process has left that was killed goes when
// another process makes such a folder.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// lockFile is in each folder. Its process holds a lock on it, which ends with the process however that ends. It names the
// machine: on a file system of several ones the lock may be for each of them alone.
const lockFile = "process"

// Folder is a temporary folder, which Make makes.
type Folder struct {
	Dir string

	sweep    func(goOn func() bool) // removes what processes have left that are gone
	lock     func(*os.File) error
	sweeping sync.WaitGroup
	over     atomic.Bool

	mu       sync.Mutex
	swept    bool
	held     *os.File // the lock file; nil: there is none
	unlocked bool     // files cannot be locked here
}

// New names a folder, by a prefix that says whose it is.
func New(prefix string) *Folder {
	all := filepath.Join(os.TempDir(), prefix)
	return &Folder{Dir: all + uuid.NewString(), lock: lock, sweep: func(goOn func() bool) { removeAbandoned(all+"*", goOn) }}
}

// Make makes the folder if it is not there. The first time it begins to remove those with its prefix whose process is gone.
func (f *Folder) Make() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, err := os.Stat(filepath.Join(f.Dir, lockFile)); err == nil {
		return nil
	}
	err := os.MkdirAll(f.Dir, 0o700)
	if err == nil && !f.unlocked {
		err = f.hold()
	}
	if !f.swept { // also if the disk is full, where it makes room
		f.swept = true
		f.sweeping.Go(func() { f.sweep(func() bool { return !f.over.Load() }) })
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
	if _, err = file.WriteString(machine()); err == nil {
		f.unlocked = f.lock(file) != nil
	}
	if err != nil || f.unlocked {
		return errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), filepath.Join(f.Dir, lockFile)); err != nil {
		return errors.Join(err, file.Close())
	}
	f.release()
	f.held = file
	return nil
}

func (f *Folder) release() {
	if f.held != nil {
		_ = f.held.Close()
		f.held = nil
	}
}

// Remove removes the folder with all that is in it. What others have left and is not removed by then stays for another process.
func (f *Folder) Remove() error {
	f.over.Store(true)
	f.mu.Lock()
	defer f.mu.Unlock()
	err := remove(f.Dir, func() bool { return true })
	f.release()
	f.sweeping.Wait()
	return err
}

// removeAbandoned removes the folders of which it is sure that their process is gone. What cannot be removed is another user's.
func removeAbandoned(pattern string, goOn func() bool) {
	folders, _ := filepath.Glob(pattern)
	for _, dir := range folders {
		if held := abandoned(filepath.Join(dir, lockFile)); held != nil {
			_ = remove(dir, goOn)
			_ = held.Close()
		}
	}
}

// remove removes a folder, one file at a time, for as long as it may go on. The lock file goes last: by it another process
// finds what is left.
func remove(dir string, goOn func() bool) error {
	root := open(dir)
	if root == nil {
		if err := os.Remove(dir); !errors.Is(err, fs.ErrNotExist) {
			return err // unless it was a link
		}
		return nil
	}
	defer root.Close()
	_ = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if !goOn() {
			return fs.SkipAll
		}
		if err == nil && !entry.IsDir() && name != lockFile {
			_ = root.Remove(name)
		}
		return nil
	})
	if !goOn() {
		return nil
	}
	folders, err := fs.ReadDir(root.FS(), ".")
	for _, each := range folders {
		if each.Name() != lockFile {
			err = errors.Join(err, root.RemoveAll(each.Name()))
		}
	}
	if err != nil {
		return err
	}
	_ = root.Close() // Windows removes no folder that is open
	return os.RemoveAll(dir)
}

// open opens a folder; nil: it is a link, by which another user would have something else removed, or cannot be opened.
func open(dir string) *os.Root {
	named, err := os.Lstat(dir)
	if err != nil {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil
	}
	if opened, err := root.Stat("."); err != nil || !os.SameFile(named, opened) {
		_ = root.Close()
		return nil
	}
	return root
}

// abandoned opens and locks a lock file that was of this machine and is held no more; nil: it is not sure.
func abandoned(name string) *os.File {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil // another user may have put a pipe there, which has no end
	}
	file, err := os.Open(name)
	if err != nil {
		return nil
	}
	text := make([]byte, len(machine())+1)
	n, _ := file.Read(text)
	if string(text[:n]) == machine() && take(file, name) {
		return file
	}
	_ = file.Close()
	return nil
}

// take locks a file, unless the name has gone to another one meanwhile, which its own process holds.
func take(file *os.File, name string) bool {
	if lock(file) != nil {
		return false
	}
	locked, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(name)
	return err == nil && os.SameFile(locked, named)
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
