// Package program has the programs that the Docker engine runs in containers of its own,
// each in a folder below: sandbox, relay, balancer, resolver and session. They are Linux executables, built
// from source, and a [Finder] looks for them in this order:
//
//  1. in this package, where `make` or a release put them (the folder built);
//  2. in the folder that the user names;
//  3. in the user's cache;
//  4. it builds them into the cache, with the go command, from the module that the working
//     directory is in: this one, or one that requires it.
//
// A folder of programs says of which sources they are, and those of other sources are
// passed over.
package program

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
)

// Names of the programs.
const (
	Sandbox  = "sandbox"
	Relay    = "relay"
	Balancer = "balancer"
	Resolver = "resolver"
	Session  = "session"
)

// All are the names of all programs.
var All = []string{Sandbox, Relay, Balancer, Resolver, Session}

// Finder finds programs. The zero value has no folder of the user's.
type Finder struct {
	// Folder is one that the user names, as command build writes it. Empty is none.
	Folder string
	// Cache is a folder of folders of programs. Default: ecs-emulator/programs in the user's
	// cache directory.
	Cache string
	// Log gets a line when programs are built. Nil discards.
	Log *slog.Logger

	embedded folder // instead of this package's, in tests
}

// Ensure has programs be there for an engine on an architecture, a word of Go's such as
// amd64, and so builds them if need be.
func (f Finder) Ensure(ctx context.Context, architecture string, names ...string) error {
	_, err := f.find(ctx, architecture, names)
	return err
}

func (f Finder) Read(ctx context.Context, architecture, name string) ([]byte, error) {
	found, err := f.find(ctx, architecture, []string{name})
	if err != nil {
		return nil, err
	}
	binary, err := found.read(architecture, name)
	if err != nil {
		return nil, fmt.Errorf("unpack program %s of %s: %w", name, found.name, err)
	}
	return binary, nil
}

// find returns the first folder that has all of the programs.
func (f Finder) find(ctx context.Context, architecture string, names []string) (folder, error) {
	var reasons []string
	places := []folder{f.embeddedFolder()}
	if f.Folder != "" {
		places = append(places, folderAt(f.Folder))
	}
	for _, place := range places {
		why := place.lacks(architecture, names)
		if why == "" {
			return place, nil
		}
		reasons = append(reasons, why)
	}
	c, err := f.openCache()
	if err == nil {
		if c.folder.lacks(architecture, names) == "" {
			c.use()
			return c.folder, nil
		}
		if err = c.build(ctx, f.log(), architecture, names); err == nil {
			return c.folder, nil
		}
	}
	return folder{}, &missingError{architecture, names, append(reasons, oneLine(err.Error()))}
}

func (f Finder) embeddedFolder() folder {
	if f.embedded.FS != nil {
		return f.embedded
	}
	return embedded()
}

func (f Finder) log() *slog.Logger {
	if f.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return f.Log
}

// missingError says what the user can do.
type missingError struct {
	architecture string
	names        []string
	reasons      []string
}

func (e *missingError) Error() string {
	command, where := "go run "+commandPath, "inside a module that requires it "
	if v := Version(); v != development {
		command, where = command+"@"+v, ""
	}
	return fmt.Sprintf("Docker on %s needs program %s of module %s, version %s: %s; %srun `%s -arch %[1]s -out DIR` and start with --programs DIR (in Go, Options.Programs)",
		e.architecture, strings.Join(e.names, ", "), Module, Version(), strings.Join(e.reasons, "; "), where, command)
}

// oneLine makes one of what the go command says in several.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// folder holds programs, packed or as they are, and a file that says of which sources they are.
type folder struct {
	fs.FS
	name string // in messages
}

func folderAt(path string) folder { return folder{os.DirFS(path), path} }

// identityFile has the sources' hash in its first line, and in its second what else the
// programs were built with.
const identityFile = "sources"

// files are the names of the files of programs, and of those that earlier versions have left.
func (f folder) files() ([]string, error) {
	all, err := fs.Glob(f, "*_linux_*")
	return slices.DeleteFunc(all, func(file string) bool {
		name, _, _ := strings.Cut(file, "_linux_")
		return !slices.Contains(All, name)
	}), err
}

func fileName(name, architecture string) string { return name + "_linux_" + architecture }

// lacks says why a folder does not have programs; empty is that it does.
func (f folder) lacks(architecture string, names []string) string {
	identity, err := fs.ReadFile(f, identityFile)
	if err != nil {
		return "none in " + f.name
	}
	if hash, _, _ := strings.Cut(string(identity), "\n"); hash != sourcesHash() {
		return f.name + " has programs of other sources"
	}
	for _, name := range withBase(names) {
		if _, err := fs.Stat(f, fileName(name, architecture)); err != nil {
			return fmt.Sprintf("no %s in %s", fileName(name, architecture), f.name)
		}
	}
	return ""
}

func (f folder) read(architecture, name string) (binary []byte, err error) {
	packed, err := fs.ReadFile(f, fileName(name, architecture))
	if err != nil || isProgram(packed) {
		return packed, err
	}
	var beside []byte
	if name != base {
		if beside, err = f.read(architecture, base); err != nil {
			return nil, err
		}
	}
	return unpack(packed, beside)
}
