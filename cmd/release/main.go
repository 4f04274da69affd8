// Command release packs the programs that `make cross` built: archives, wheels for Python, images for Linux, a list
// of the modules in each program, notes and checksums.
//
//	go run ./cmd/release -version v0.3.0 -time 1767225600 -out dist linux/amd64 darwin/arm64
//	go run ./cmd/release -wheels -version v0.3.0 -out dist linux/amd64    the wheel alone
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

type platform struct{ os, architecture string }

// platformsOf reads platforms as the Makefile has them: linux/amd64.
func platformsOf(names []string) (list []platform, err error) {
	for _, name := range names {
		os, architecture, ok := strings.Cut(name, "/")
		if !ok {
			return nil, fmt.Errorf("%q is no platform such as linux/amd64", name)
		}
		list = append(list, platform{os, architecture})
	}
	if len(list) == 0 {
		return nil, errors.New("say for which platforms, such as linux/amd64")
	}
	return list, nil
}

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
	version   string
	at        time.Time // when its files were changed: the time of the commit
	out       string
	wheels    bool // and nothing else
	platforms []platform
}

// name is the name of a file for a platform.
func (r release) name(p platform, suffix string) string {
	return fmt.Sprintf("ecs-emulator_%s_%s_%s%s", strings.TrimPrefix(r.version, "v"), p.os, p.architecture, suffix)
}

func main() {
	var r release
	seconds := flag.Int64("time", 0, "`seconds` since 1970 that files get as their time")
	flag.StringVar(&r.version, "version", "", "`version` of the programs")
	flag.StringVar(&r.out, "out", "dist", "`folder` to write to; what it has is removed, with -wheels wheels alone")
	flag.BoolVar(&r.wheels, "wheels", false, "pack wheels alone")
	flag.Parse()
	r.at = time.Unix(*seconds, 0).UTC()
	platforms, err := platformsOf(flag.Args())
	if err == nil {
		r.platforms = platforms
		err = r.pack()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func (r release) pack() error {
	if r.version == "" {
		return errors.New("say which version by -version")
	}
	if err := r.removeOld(); err != nil {
		return err
	}
	for _, p := range r.platforms {
		if wheelTags[p] == "" && !r.wheels {
			continue
		}
		if err := r.writeWheel(p); err != nil {
			return fmt.Errorf("make a wheel of %s: %w", p.built(), err)
		}
	}
	if r.wheels {
		return nil
	}
	for _, p := range r.platforms {
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

// removeOld removes what was packed before, as far as it is packed anew.
func (r release) removeOld() error {
	old := []string{r.out}
	if r.wheels {
		var err error
		if old, err = filepath.Glob(filepath.Join(r.out, "*.whl")); err != nil {
			return err
		}
		old = append(old, filepath.Join(r.out, "SHA256SUMS")) // which lists them
	}
	for _, path := range old {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return os.MkdirAll(r.out, 0o755)
}
