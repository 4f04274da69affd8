//go:build linux || darwin

package machine

import "golang.org/x/sys/unix"

// room is what a user without privileges may still write. File systems without a fixed number of files say 0 of 0.
// Source: statfs(2).
func room(path string) (free, total, files int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, -1, err
	}
	files = -1
	if s.Files > 0 {
		files = int64(s.Ffree)
	}
	block := int64(s.Bsize)
	return int64(s.Bavail) * block, int64(s.Blocks) * block, files, nil
}
