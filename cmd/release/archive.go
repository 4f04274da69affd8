package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
)

type file struct {
	name string
	mode os.FileMode
	data []byte
}

// writeArchive packs the program of a platform with the licence: as a zip for Windows, else a tar.gz.
func (r release) writeArchive(p platform) error {
	files, err := read(p)
	if err != nil {
		return err
	}
	suffix, write := ".tar.gz", r.writeTarGz
	if p.os == "windows" {
		suffix, write = ".zip", r.writeZip
	}
	out, err := os.Create(filepath.Join(r.out, r.name(p, suffix)))
	if err != nil {
		return err
	}
	return errors.Join(write(out, files), out.Close())
}

func read(p platform) ([]file, error) {
	files := []file{{name: p.program(), mode: 0o755}, {name: "LICENSE", mode: 0o644}, {name: "README.md", mode: 0o644}}
	for i, path := range []string{p.built(), "LICENSE", "README.md"} {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[i].data = data
	}
	return files, nil
}

func (r release) writeTarGz(out io.Writer, files []file) error {
	packed := gzip.NewWriter(out)
	return errors.Join(r.writeTar(packed, files), packed.Close())
}

func (r release) writeTar(out io.Writer, files []file) error {
	archive := tar.NewWriter(out)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: int64(f.mode), Size: int64(len(f.data)), ModTime: r.at}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// writeZip writes the size of each file before it. zip.Writer does so only for files that are packed already, and PyPI
// refuses archives with sizes that follow ("ZIP contains a data descriptor").
func (r release) writeZip(out io.Writer, files []file) error {
	var packed bytes.Buffer
	if err := r.packZip(&packed, files); err != nil {
		return err
	}
	from, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		return err
	}
	const sizesFollow = 0x8
	archive := zip.NewWriter(out)
	for _, f := range from.File {
		f.Flags &^= sizesFollow
		if err := archive.Copy(f); err != nil {
			return err
		}
	}
	return archive.Close()
}

func (r release) packZip(out io.Writer, files []file) error {
	archive := zip.NewWriter(out)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: r.at}
		header.SetMode(f.mode)
		entry, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.data); err != nil {
			return err
		}
	}
	return archive.Close()
}
