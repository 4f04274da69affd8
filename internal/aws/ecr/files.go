package ecr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ErrFull refuses content for which there is no room, on the disk or by the bound of all files.
var ErrFull = errors.New("the registry is full")

// Files are the files of layers, configurations and manifests, each once by its digest, and of unfinished uploads.
type Files struct {
	// Folder makes the folder of all, if it is not one that just has to be there. It is set before anything is pushed.
	Folder func() error

	dir   string
	store *store.Store
	bound int64 // in bytes; 0: none

	mu      sync.Mutex
	size    int64 // of all files, with the unfinished ones
	uploads map[string]*Upload
	held    map[string]int       // how many are about to write a row for a digest
	unnamed map[string]time.Time // since when no row names a file, as sweeps have seen it
}

// OpenFiles opens the folder of files that the rows of a store name, which the first push makes. Unfinished uploads
// are over, and a file that no row names is one that a crash has left. All files together have at most so many bytes, if bound is not 0.
func OpenFiles(dir string, s *store.Store, bound int64) (*Files, error) {
	f := &Files{dir: dir, store: s, bound: bound, uploads: map[string]*Upload{}, held: map[string]int{}, unnamed: map[string]time.Time{}}
	if err := os.RemoveAll(filepath.Join(dir, uploadFolder)); err != nil {
		return nil, fmt.Errorf("remove unfinished uploads: %w", err)
	}
	files, err := f.list()
	for _, size := range files {
		f.size += size
	}
	return f, errors.Join(err, f.Discard(slices.Collect(maps.Keys(files))...))
}

const (
	uploadFolder = "uploads"
	digestFolder = "sha256"
)

// makeFolders makes what files are written to.
func (f *Files) makeFolders() error {
	if f.Folder != nil {
		if err := f.Folder(); err != nil {
			return err
		}
	}
	for _, folder := range []string{uploadFolder, digestFolder} {
		if err := os.MkdirAll(filepath.Join(f.dir, folder), 0o700); err != nil {
			return fmt.Errorf("make the folder of images: %w", err)
		}
	}
	return nil
}

var sha256Digest = lazyregexp.New(`^sha256:[0-9a-f]{64}$`)

// IsDigest reports whether a text is a SHA-256 digest, the only ones that ECR has.
func IsDigest(s string) bool { return sha256Digest.MatchString(s) }

// place is where the file of a digest is.
func (f *Files) place(digest string) string {
	return filepath.Join(f.dir, digestFolder, digest[len(digestFolder)+1:])
}

// Size is how many bytes all files have.
func (f *Files) Size() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// Has reports whether the file of a layer or an image is there: something else may have removed it, such as what tidies
// temporary folders.
func (f *Files) Has(digest string) bool {
	_, err := os.Stat(f.place(digest))
	return err == nil
}

// Open opens a file to read. It can be read to its end also if it is removed meanwhile.
func (f *Files) Open(digest string) (file *os.File, size int64, err error) {
	if !IsDigest(digest) {
		return nil, 0, fmt.Errorf("open %q: %w", digest, os.ErrNotExist)
	}
	if file, err = os.Open(f.place(digest)); err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close() //nolint:errcheck // it was only to be read
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// Put keeps content of a few megabytes. Its file is on the disk and stays there until add, which writes the row
// that names it. If add fails, the file goes.
func (f *Files) Put(content []byte, add func(digest string) error) error {
	sum := sha256.Sum256(content)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	size := int64(len(content))
	if !f.reserve(size) && !(f.cancelAbandoned() && f.reserve(size)) {
		return ErrFull
	}
	from, err := f.write(content)
	if err != nil {
		f.free(size)
		return full(err)
	}
	return f.keep(digest, from, size, func() error { return add(digest) })
}

// write writes content to a file of its own, which it removes where it fails.
func (f *Files) write(content []byte) (name string, err error) {
	if err := f.makeFolders(); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(filepath.Join(f.dir, uploadFolder), "manifest")
	if err != nil {
		return "", err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// keep moves a whole file to its place, where it stays until add has named it.
func (f *Files) keep(digest, from string, size int64, add func() error) error {
	err := f.move(digest, from, size)
	if err == nil {
		err = syncFolder(filepath.Join(f.dir, digestFolder))
	}
	if err == nil {
		err = add()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[digest]--; f.held[digest] == 0 {
		delete(f.held, digest)
	}
	if err != nil {
		return errors.Join(full(err), f.discard(digest))
	}
	return nil
}

// move puts a file in its place, unless there is one with the same content, and holds it there.
func (f *Files) move(digest, from string, size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held[digest]++
	delete(f.unnamed, digest)
	if _, err := os.Stat(f.place(digest)); err == nil {
		f.size -= size
		return unlink(from)
	}
	if err := os.Rename(from, f.place(digest)); err != nil {
		f.size -= size
		return errors.Join(err, unlink(from))
	}
	return nil
}

// Discard removes files that no row names any more.
func (f *Files) Discard(digests ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, digest := range digests {
		errs = append(errs, f.discard(digest))
	}
	return errors.Join(errs...)
}

// DiscardAfter discards files once the change of a transaction is visible. What then cannot be removed a sweep removes.
func (f *Files) DiscardAfter(tx *store.Tx, digests []string) {
	if len(digests) > 0 {
		tx.Then(func() { _ = f.Discard(digests...) })
	}
}

func (f *Files) discard(digest string) error {
	if !IsDigest(digest) || f.named(digest) {
		return nil
	}
	info, err := os.Stat(f.place(digest))
	if err == nil {
		err = unlink(f.place(digest))
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		f.size -= info.Size()
		delete(f.unnamed, digest)
	}
	return err
}

// unlink removes a file while others wait: its name goes at once, and its blocks, which takes a second for a gigabyte, with
// the last one who has it open. On Windows no file goes that is open.
func unlink(name string) error {
	if runtime.GOOS != "windows" {
		if file, err := os.Open(name); err == nil {
			defer func() { go file.Close() }() //nolint:errcheck // it is not written
		}
	}
	return os.Remove(name)
}

// named reports whether a row names a file, or is about to.
func (f *Files) named(digest string) bool { return f.held[digest] > 0 || InUse(f.store.Read(), digest) }

// unnamedFor is how long a file stays that no row names, and an upload to which nothing is added.
const unnamedFor = 24 * time.Hour

// Sweep removes the files that no row has named for a day, and uploads that got nothing for so long.
func (f *Files) Sweep(now time.Time) error {
	idle := f.cancelIdle(now)
	files, err := f.list()
	errs := []error{idle, err}
	f.mu.Lock()
	defer f.mu.Unlock()
	for digest := range files {
		since, seen := f.unnamed[digest]
		switch {
		case f.named(digest):
			delete(f.unnamed, digest)
		case !seen:
			f.unnamed[digest] = now
		case now.Sub(since) >= unnamedFor:
			errs = append(errs, f.discard(digest))
		}
	}
	return errors.Join(errs...)
}

// Reset removes all files and ends all uploads.
func (f *Files) Reset() error {
	var errs []error
	for _, u := range f.unfinished() {
		errs = append(errs, u.Cancel())
	}
	files, err := f.list()
	errs = append(errs, err)
	for digest := range files {
		errs = append(errs, f.Discard(digest))
	}
	return errors.Join(errs...)
}

// list lists the files by their digests, with their sizes.
func (f *Files) list() (map[string]int64, error) {
	entries, err := os.ReadDir(filepath.Join(f.dir, digestFolder))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list the files of images: %w", err)
	}
	files := map[string]int64{}
	for _, e := range entries {
		digest := digestFolder + ":" + e.Name()
		if info, err := e.Info(); err == nil && IsDigest(digest) {
			files[digest] = info.Size()
		}
	}
	return files, nil
}

// reserve takes so many bytes of the bound, and reports whether there were as many.
func (f *Files) reserve(size int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.bound > 0 && f.size+size > f.bound {
		return false
	}
	f.size += size
	return true
}

func (f *Files) free(size int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.size -= size
}

// full says of errors of the disk whether it is full.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errors.Join(ErrFull, err)
	}
	return err
}

// syncFolder has the names in a folder outlast a crash. Windows cannot, and does not need it.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
