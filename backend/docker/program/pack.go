package program

import (
	"bytes"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// base is the program that is packed by itself. The others are packed by what they have beside it, which leaves
// Go's runtime out: all of them take a quarter less than each by itself.
const base = Sandbox

// withBase puts the name of the base first, which has to be there to unpack the others.
func withBase(names []string) []string {
	others := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == base })
	return append([]string{base}, others...)
}

// dictionary is the number that a packed file has for what it was packed beside.
const dictionary = 1

// Pack compresses a program beside the base, which is nil for the base itself.
func Pack(binary, beside []byte) ([]byte, error) {
	options := []zstd.EOption{zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithWindowSize(16 << 20)}
	if beside != nil {
		options = append(options, zstd.WithEncoderDictRaw(dictionary, beside))
	}
	w, err := zstd.NewWriter(nil, options...)
	if err != nil {
		return nil, err
	}
	return w.EncodeAll(binary, nil), w.Close()
}

// isProgram reports whether a program is not packed.
func isProgram(content []byte) bool { return bytes.HasPrefix(content, []byte("\x7fELF")) }

// unpack is the reverse of Pack.
func unpack(packed, beside []byte) ([]byte, error) {
	options := []zstd.DOption{zstd.WithDecoderConcurrency(1)}
	if beside != nil {
		options = append(options, zstd.WithDecoderDictRaw(dictionary, beside))
	}
	r, err := zstd.NewReader(nil, options...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(packed, nil)
}

// writeFile writes a file whole or not at all.
func writeFile(path string, content []byte) error {
	temporary := path + ".new"
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
