package program

import (
	"maps"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	pool "github.com/libp2p/go-buffer-pool"
	"github.com/libp2p/go-yamux/v5"
	"github.com/xtaci/smux"
	"golang.org/x/net/dns/dnsmessage"
)

// Module is the path of the module that the programs belong to.
const Module = "github.com/ecs-emulator/ecs-emulator"

const (
	packagePath = Module + "/backend/docker/program"
	commandPath = packagePath + "/build"
)

// development is the version of what was built in a checkout or from a replacement.
const development = "devel"

// libraries are the modules that programs are built with beside this one, and a function of
// each.
var libraries = map[string]any{
	"github.com/libp2p/go-buffer-pool": pool.Get,
	"github.com/libp2p/go-yamux/v5":    yamux.Client,
	"github.com/xtaci/smux":            smux.Client,
	"golang.org/x/net":                 dnsmessage.NewName,
}

// Version is the version of this module in the running program.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if v, found := versionIn(info); found {
			return v
		}
	}
	_, file, _, _ := runtime.Caller(0)
	if v := versionAt(file, Module); v != "" && v != "v0.0.0" { // which stands for what is replaced
		return v
	}
	return development
}

// versionIn is that in the information on a build, which of a test names no module but its own.
func versionIn(info *debug.BuildInfo) (version string, found bool) {
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path != Module {
			continue
		}
		// No proxy has what is replaced, or was changed in a checkout.
		if m.Replace != nil || !strings.HasPrefix(m.Version, "v") || strings.HasSuffix(m.Version, "+dirty") {
			return development, true
		}
		return m.Version, true
	}
	return "", false
}

// versionAt is that of a module in the path of one of its files: the folder of a module
// has its version in its name, and so have paths that were trimmed.
func versionAt(file, module string) string {
	_, rest, found := strings.Cut(filepath.ToSlash(file), module+"@")
	version, _, within := strings.Cut(rest, "/")
	if !found || !within {
		return ""
	}
	return version
}

// Standalone reports whether the running program is a command of a version of this module, as
// `go run path@version` has it: the working directory's module has nothing to do with it.
func Standalone() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && info.Main.Path == Module && Version() != development
}

// toolchain names what programs are built with beside their sources: the toolchain of the
// running program, which is that of the module, and the libraries.
var toolchain = sync.OnceValue(func() string {
	words := []string{runtime.Version()}
	for _, module := range slices.Sorted(maps.Keys(libraries)) {
		function := runtime.FuncForPC(reflect.ValueOf(libraries[module]).Pointer())
		file, _ := function.FileLine(function.Entry())
		words = append(words, module+"@"+versionAt(file, module))
	}
	return strings.Join(words, " ")
})
