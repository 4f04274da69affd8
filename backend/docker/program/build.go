package program

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Target says which programs to build, for which architecture, and where they go.
type Target struct {
	Folder       string // where programs are written to
	Architecture string
	Names        []string
	// Directory is that of a module which was made for this, and is completed. Empty is the
	// working directory, whose module is this one or requires it, and stays as it is.
	Directory string
	// Pack is [Pack] for programs that others get. Nil keeps them as they are: what compresses them is 200 kB of each
	// program that has it.
	Pack func(binary, beside []byte) ([]byte, error)
}

// Build builds programs from the sources that a directory's module has, which have to be
// those of the running program.
func Build(ctx context.Context, t Target) error {
	g := goCommand{directory: t.Directory}
	if err := g.setEnvironment(ctx, t.Architecture); err != nil {
		return err
	}
	if err := g.checkSources(ctx); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "ecs-emulator-programs")
	if err != nil {
		return fmt.Errorf("build programs: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	// Nothing of where and when it is built reaches a program: images of programs are named by
	// their content.
	arguments := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", scratch + string(filepath.Separator)}
	for _, name := range withBase(t.Names) {
		arguments = append(arguments, packagePath+"/"+name)
	}
	if _, err := g.run(ctx, arguments...); err != nil {
		return err
	}
	return t.keep(scratch)
}

// keep writes what was built to the folder, and last what it was built from.
func (t Target) keep(scratch string) error {
	var beside []byte // the base, which comes first
	for _, name := range withBase(t.Names) {
		binary, err := os.ReadFile(filepath.Join(scratch, name))
		if err != nil {
			return err
		}
		content := binary
		if t.Pack != nil {
			if content, err = t.Pack(binary, beside); err != nil {
				return err
			}
		}
		if err := writeFile(filepath.Join(t.Folder, fileName(name, t.Architecture)), content); err != nil {
			return err
		}
		if name == base {
			beside = binary
		}
	}
	return writeFile(filepath.Join(t.Folder, identityFile), []byte(identity()))
}

// Clear removes the programs in a folder, and first what they were built from: a folder without that has none.
// Other files stay.
func Clear(path string) error {
	files, err := folderAt(path).files()
	for _, file := range append([]string{identityFile}, files...) {
		if gone := os.Remove(filepath.Join(path, file)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// identity is what the identity file says of programs that are built now.
func identity() string { return sourcesHash() + "\n" + toolchain() + "\n" }

// goCommand runs the go command for Linux, in a directory.
type goCommand struct {
	directory   string
	environment []string
}

// setEnvironment pins every setting that reaches a program. Of the user's flags, which may
// ask for the race detector or another way to link, those stay that say where modules are.
func (g *goCommand) setEnvironment(ctx context.Context, architecture string) error {
	text, err := g.run(ctx, "env", "GOFLAGS")
	if err != nil {
		return err
	}
	flags := []string{"-buildvcs=false"} // some, as without any those of the user's file hold
	for flag := range strings.FieldsSeq(text) {
		switch name, _, _ := strings.Cut(strings.TrimLeft(flag, "-"), "="); {
		case name == "modcacherw", g.directory == "" && (name == "mod" || name == "modfile"):
			flags = append(flags, flag)
		}
	}
	if g.directory != "" {
		flags = append(flags, "-mod=mod")
		g.environment = append(g.environment, "GOWORK=off")
	}
	g.environment = append(g.environment,
		"GOOS=linux", "GOARCH="+architecture, "CGO_ENABLED=0", "GOFLAGS="+strings.Join(flags, " "),
		"GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GODEBUG=", "GOFIPS140=off")
	return nil
}

// checkSources holds the sources that would be built against those of the running program:
// the module may require another version, and a checkout may have changed.
func (g *goCommand) checkSources(ctx context.Context) error {
	text, err := g.run(ctx, "list", "-f", "{{.Dir}}", packagePath)
	if err != nil {
		return err
	}
	here := strings.TrimSpace(text)
	module := filepath.Join(here, "..", "..", "..")
	hash, err := hashOf(func(p part) (fs.FS, error) { return os.DirFS(filepath.Join(module, filepath.FromSlash(p.path))), nil })
	if err != nil {
		return fmt.Errorf("read the sources of programs: %w", err)
	}
	if hash != sourcesHash() {
		return fmt.Errorf("%s has other sources than this program was built from", module)
	}
	return nil
}

func (g *goCommand) run(ctx context.Context, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", arguments...)
	cmd.Dir = g.directory
	cmd.Env = append(os.Environ(), g.environment...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", arguments[0], err, strings.TrimSpace(complaint.String()))
	}
	return string(out), nil
}
