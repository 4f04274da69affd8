package program

import (
	"io/fs"
	"maps"
	"slices"
)

// Embedding has other programs embedded.
func (f Finder) Embedding(files fs.FS) Finder {
	f.embedded = folder{files, "this build"}
	return f
}

// CacheFolder is where programs of these sources are kept.
func (f Finder) CacheFolder() (string, error) {
	c, err := f.openCache()
	return c.path, err
}

// SourcesHash is the hash of the present sources.
func SourcesHash() string { return sourcesHash() }

// Sources are the files that the hash is of, by their paths in the module.
func Sources() (names []string, err error) {
	for _, p := range parts {
		found, err := p.sources(p.embedded)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			names = append(names, p.path+"/"+name)
		}
	}
	return names, nil
}

// Libraries are the modules that programs are built with.
func Libraries() []string { return slices.Sorted(maps.Keys(libraries)) }

// Toolchain is what programs are built with.
func Toolchain() string { return toolchain() }

// VersionIn is the version of this module in a program.
var VersionIn = versionIn
