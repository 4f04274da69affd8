package program

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// released is how the second line of the identity file of a release begins. Its programs stay
// as they are, whichever toolchain there is.
const released = "release "

// IsBuilt reports whether a folder has these programs and no others, built from the present
// sources with the present toolchain, or is that of a release.
func IsBuilt(path string, architectures, names []string) bool {
	f := folderAt(path)
	text, err := fs.ReadFile(f, identityFile)
	if err != nil {
		return false
	}
	hash, with, _ := strings.Cut(string(text), "\n")
	var want []string
	for _, architecture := range architectures {
		for _, name := range withBase(names) {
			want = append(want, fileName(name, architecture))
		}
	}
	have, err := f.files()
	if hash == sourcesHash() && strings.HasPrefix(with, released) {
		return err == nil && !slices.ContainsFunc(want, func(file string) bool { return !slices.Contains(have, file) })
	}
	slices.Sort(want)
	return err == nil && string(text) == identity() && slices.Equal(have, want)
}

// MarkRelease says that the programs in a folder are those of a release.
func MarkRelease(path, version string) error {
	return writeFile(filepath.Join(path, identityFile), []byte(sourcesHash()+"\n"+released+version+" "+toolchain()+"\n"))
}
