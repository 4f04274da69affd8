package ecr

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// UploadNotFoundError says that a repository has no such upload, or no longer.
type UploadNotFoundError struct{ ID string }

func (e *UploadNotFoundError) Error() string { return "there is no upload " + e.ID }

// OffsetError refuses content that does not begin where an upload has got to.
type OffsetError struct{ Size int64 }

func (e *OffsetError) Error() string { return fmt.Sprintf("the upload goes on at byte %d", e.Size) }

// DigestError refuses content with another digest than its own. The upload is over.
type DigestError struct{ Asked, Found string }

func (e *DigestError) Error() string {
	return "the content has the digest " + e.Found + ", not " + e.Asked
}

// Upload is a layer, or a configuration, that is on its way to a repository. It can be resumed as long as the
// emulator runs.
type Upload struct {
	ID         string
	repository string // its key
	files      *Files

	mu   sync.Mutex
	over bool
	size int64
	hash hash.Hash // of all that is there
	// idleAt is when a sweep saw this size first.
	idleSize int64
	idleAt   time.Time
	// adding is how many add to it now, and restsAt when the last of them had ended, by the machine's clock.
	adding  int
	restsAt time.Time
	// smallLast is whether the last part is small, and smallPart whether one before it is.
	smallLast, smallPart bool
}

// Begin begins an upload to a repository.
func (f *Files) Begin(r *Repository) (*Upload, error) {
	u := &Upload{ID: uuid.NewString(), repository: r.key(), files: f, hash: sha256.New()}
	if err := f.makeFolders(); err != nil {
		return nil, full(err)
	}
	if err := os.WriteFile(u.place(), nil, 0o600); err != nil {
		return nil, full(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uploads[u.ID] = u
	return u, nil
}

// Upload finds an upload to a repository. Its error is an UploadNotFoundError.
func (f *Files) Upload(r *Repository, id string) (*Upload, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if u := f.uploads[id]; u != nil && u.repository == r.key() {
		return u, nil
	}
	return nil, &UploadNotFoundError{ID: id}
}

func (u *Upload) place() string { return filepath.Join(u.files.dir, uploadFolder, u.ID) }

// Size is how many bytes are there.
func (u *Upload) Size() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.size
}

// partSize is how much an upload reads at a time.
const partSize = 256 << 10

// AtEnd stands for the offset that an upload has got to.
const AtEnd = -1

// Append adds content to an upload, which goes on at offset. What was read before an error of the reader stays, so
// that the upload can go on from there. A disk that does not take it ends the upload.
func (u *Upload) Append(offset int64, from io.Reader) (n int64, err error) {
	if offset, err = u.begin(offset); err != nil {
		return 0, err
	}
	defer u.rest()
	file, err := os.OpenFile(u.place(), os.O_WRONLY, 0)
	if err != nil {
		return 0, u.broken(err)
	}
	defer file.Close() //nolint:errcheck // Commit syncs what was written
	part := make([]byte, partSize)
	for {
		read, err := from.Read(part)
		if read > 0 {
			err := u.write(file, offset+n, part[:read])
			if errors.Is(err, errNoRoom) && u.files.cancelAbandoned() {
				err = u.write(file, offset+n, part[:read])
			}
			if errors.Is(err, errNoRoom) {
				err = u.broken(ErrFull)
			}
			if err != nil {
				return n, err
			}
			n += int64(read)
		}
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("read the content of an upload: %w", err)
		}
	}
}

// begin is the offset at which content is added.
func (u *Upload) begin(offset int64) (int64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.over:
		return 0, &UploadNotFoundError{ID: u.ID}
	case offset != AtEnd && offset != u.size:
		return 0, &OffsetError{Size: u.size}
	}
	u.adding++
	return u.size, nil
}

func (u *Upload) rest() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.adding, u.restsAt = u.adding-1, time.Now()
}

// errNoRoom is that the bound of all files has been reached.
var errNoRoom = errors.New("no room")

// write adds a part. Of two who add to one upload, the second finds that it has gone on.
func (u *Upload) write(file *os.File, offset int64, part []byte) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.over:
		return &UploadNotFoundError{ID: u.ID}
	case offset != u.size:
		return &OffsetError{Size: u.size}
	case !u.files.reserve(int64(len(part))):
		return errNoRoom
	}
	if _, err := file.WriteAt(part, offset); err != nil {
		u.files.free(int64(len(part)))
		return errors.Join(full(err), u.end())
	}
	u.hash.Write(part)
	u.size += int64(len(part))
	return nil
}

// broken ends an upload whose file has an error.
func (u *Upload) broken(err error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return &UploadNotFoundError{ID: u.ID}
	}
	return errors.Join(full(err), u.end())
}

// Commit ends an upload that has the whole content of a digest. The file is on the disk and stays there until add,
// which writes the row that names it, with the size of what has the digest. If add fails, the file goes.
func (u *Upload) Commit(digest string, add func(size int64) error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return &UploadNotFoundError{ID: u.ID}
	}
	if found := "sha256:" + hex.EncodeToString(u.hash.Sum(nil)); found != digest {
		return errors.Join(&DigestError{Asked: digest, Found: found}, u.end())
	}
	if err := syncFile(u.place()); err != nil {
		return errors.Join(full(err), u.end())
	}
	u.leave()
	return u.files.keep(digest, u.place(), u.size, func() error { return add(u.size) })
}

func syncFile(name string) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// Cancel ends an upload and removes what is there. One that is over stays as it is.
func (u *Upload) Cancel() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return nil
	}
	return u.end()
}

// end removes an upload with its file.
func (u *Upload) end() error {
	u.leave()
	u.files.free(u.size)
	return os.Remove(u.place())
}

// leave has nothing find an upload any more.
func (u *Upload) leave() {
	u.over = true
	u.files.mu.Lock()
	defer u.files.mu.Unlock()
	delete(u.files.uploads, u.ID)
}

func (f *Files) unfinished() []*Upload {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Values(f.uploads))
}

// cancelIdle ends the uploads that have got nothing for a day.
func (f *Files) cancelIdle(now time.Time) error {
	var errs []error
	for _, u := range f.unfinished() {
		if u.idleFor(now) >= unnamedFor {
			errs = append(errs, u.Cancel())
		}
	}
	return errors.Join(errs...)
}

// abandonedAfter is how long an upload may rest in a registry that is full: an engine that begins a push again leaves what
// it had begun.
const abandonedAfter = 5 * time.Minute

// cancelAbandoned ends the uploads that rest, and reports whether there were any.
func (f *Files) cancelAbandoned() (some bool) {
	for _, u := range f.unfinished() {
		if u.abandoned() {
			some = u.Cancel() == nil || some
		}
	}
	return some
}

func (u *Upload) abandoned() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.adding == 0 && !u.restsAt.IsZero() && time.Since(u.restsAt) >= abandonedAfter
}

// idleFor is for how long sweeps have seen an upload as it is.
func (u *Upload) idleFor(now time.Time) time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.idleAt.IsZero() || u.size != u.idleSize {
		u.idleSize, u.idleAt = u.size, now
	}
	return now.Sub(u.idleAt)
}
