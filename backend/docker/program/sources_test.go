package program_test

import (
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/program"
)

// goList asks the go command about what programs are built of.
func goList(t *testing.T, format string) []string {
	t.Helper()
	arguments := []string{"list", "-deps", "-f", format}
	for _, name := range program.All {
		arguments = append(arguments, "./"+name)
	}
	cmd := exec.CommandContext(t.Context(), "go", arguments...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(out))
	slices.Sort(lines)
	return slices.Compact(lines)
}

func TestTheHashIsOfAllSources(t *testing.T) {
	hashed, err := program.Sources()
	if err != nil {
		t.Fatal(err)
	}
	files := goList(t, `{{if not .Standard}}{{$p := .ImportPath}}{{range .GoFiles}}{{$p}}/{{.}} {{end}}{{end}}`)
	for _, file := range files {
		if name, ours := strings.CutPrefix(file, program.Module+"/"); ours && !slices.Contains(hashed, name) {
			t.Errorf("programs are built of %s, and the hash of their sources leaves it out", name)
		}
	}
	if i := slices.IndexFunc(hashed, func(name string) bool { return strings.HasSuffix(name, "_test.go") }); i >= 0 {
		t.Errorf("the hash is of %s as well, of which no program is built", hashed[i])
	}
}

func TestLibrariesAreThoseOfThePrograms(t *testing.T) {
	modules := goList(t, `{{with .Module}}{{.Path}} {{end}}`)
	modules = slices.DeleteFunc(modules, func(path string) bool { return path == program.Module })
	if got := program.Libraries(); !slices.Equal(got, modules) {
		t.Errorf("libraries are %q, and programs are built with %q", got, modules)
	}
	versions := goList(t, `{{with .Module}}{{if .Version}}{{.Path}}@{{.Version}} {{end}}{{end}}`)
	if got := strings.Fields(program.Toolchain()); !slices.Equal(got[1:], versions) {
		t.Errorf("programs are built with %q, want %q", got[1:], versions)
	}
}

func TestVersionIsThatWhichAProxyHas(t *testing.T) {
	module := func(version string) debug.Module { return debug.Module{Path: program.Module, Version: version} }
	user := debug.Module{Path: "example.com/user", Version: "(devel)"}
	release, replaced := module("v0.3.0"), module("v0.3.0")
	replaced.Replace = &debug.Module{Path: "../fork"}
	for name, c := range map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"a command of a release":  {debug.BuildInfo{Main: release}, "v0.3.0"},
		"a checkout":              {debug.BuildInfo{Main: module("(devel)")}, "devel"},
		"a checkout with changes": {debug.BuildInfo{Main: module("v0.3.1-0.20260101000000-0123456789ab+dirty")}, "devel"},
		"required":                {debug.BuildInfo{Main: user, Deps: []*debug.Module{&release}}, "v0.3.0"},
		"replaced":                {debug.BuildInfo{Main: user, Deps: []*debug.Module{&replaced}}, "devel"},
		"a test":                  {debug.BuildInfo{Main: user}, ""},
	} {
		if got, _ := program.VersionIn(&c.info); got != c.want {
			t.Errorf("%s: version %s, want %s", name, got, c.want)
		}
	}
}
