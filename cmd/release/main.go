// Command release packs the programs that `make cross` built, for all platforms: archives, images of two
// architectures, a list of the modules in each program, notes and checksums.
//
//	go run ./cmd/release -version v0.3.0 -time 1767225600 -out dist
//
// The same programs and files give the same bytes. It publishes nothing; CONTRIBUTING.md says who does.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// platforms are those of the Makefile.
var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

type platform struct{ os, architecture string }

// program is the name of the program on the platform.
func (p platform) program() string {
	if p.os == "windows" {
		return "ecs-emulator.exe"
	}
	return "ecs-emulator"
}

// built is where `make cross` puts it.
func (p platform) built() string {
	return filepath.Join("bin", strings.Replace(p.program(), "ecs-emulator", "ecs-emulator-"+p.os+"-"+p.architecture, 1))
}

// release is what is packed, in the root of the repository.
type release struct {
	version string
	at      time.Time // when its files were changed: the time of the commit
	out     string
}

// name is that of a file for a platform.
func (r release) name(p platform, suffix string) string {
	return fmt.Sprintf("ecs-emulator_%s_%s_%s%s", strings.TrimPrefix(r.version, "v"), p.os, p.architecture, suffix)
}

func main() {
	var r release
	seconds := flag.Int64("time", 0, "`seconds` since 1970 that files get as their time")
	flag.StringVar(&r.version, "version", "", "`version` of the programs")
	flag.StringVar(&r.out, "out", "dist", "`folder` to write to; what it has is removed")
	flag.Parse()
	r.at = time.Unix(*seconds, 0).UTC()
	if err := r.pack(); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func (r release) pack() error {
	if r.version == "" {
		return errors.New("say which version by -version")
	}
	if err := errors.Join(os.RemoveAll(r.out), os.MkdirAll(r.out, 0o755)); err != nil {
		return err
	}
	for _, p := range platforms {
		if err := r.writeArchive(p); err != nil {
			return fmt.Errorf("pack %s: %w", p.built(), err)
		}
		if err := r.writeModules(p); err != nil {
			return fmt.Errorf("list the modules of %s: %w", p.built(), err)
		}
	}
	if err := r.writeImages(); err != nil {
		return fmt.Errorf("make the images: %w", err)
	}
	if err := r.writeNotes(); err != nil {
		return err
	}
	return r.writeChecksums()
}
