package program

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/door"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/frame"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/groupfile"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/tunnel"
	"github.com/ecs-emulator/ecs-emulator/backend/internal/forward"
	"github.com/ecs-emulator/ecs-emulator/backend/push"
	"github.com/ecs-emulator/ecs-emulator/backend/resolver"
)

// Of tests there are none, as in package balancer.
//
//go:embed sandbox/*[^t].go sandbox/*[^s]t.go relay/*[^t].go balancer/*[^t].go resolver/*[^t].go session/*[^t].go session/*[^s]t.go
var own embed.FS

// part is a folder of this module with sources of programs.
type part struct {
	path     string // in the module
	embedded fs.FS
	patterns []string
}

// parts are all of them; a test asks the go command whether one is missing.
var parts = []part{
	{"backend/docker/program", own, []string{"sandbox/*.go", "relay/*.go", "balancer/*.go", "resolver/*.go", "session/*.go"}},
	{"backend/docker/internal/tunnel", tunnel.Sources, []string{"*.go"}},
	{"backend/docker/internal/door", door.Sources, []string{"*.go"}},
	{"backend/docker/internal/frame", frame.Sources, []string{"*.go"}},
	{"backend/docker/internal/groupfile", groupfile.Sources, []string{"*.go"}},
	{"backend/internal/forward", forward.Sources, []string{"*.go"}},
	{"backend/balancer", balancer.Sources, []string{"*.go", "*/*.go"}},
	{"backend/resolver", resolver.Sources, []string{"*.go"}},
	{"backend/push", push.Sources, []string{"*.go"}},
}

// sourcesHash tells programs of one state of the sources from those of another. It is taken
// from the sources themselves, which are embedded: 450 kB, and it can never be that
// of another state, in every build of this package. A version alone does not tell what
// a checkout or a replaced module has, and a hash in a file of its own would be forgotten, and
// be where two changes of different programs collide.
var sourcesHash = sync.OnceValue(func() string {
	hash, err := hashOf(func(p part) (fs.FS, error) { return p.embedded, nil })
	if err != nil {
		panic(err) // embedded files can be read
	}
	return hash
})

// hashOf is the hash of sources, wherever they are.
func hashOf(open func(part) (fs.FS, error)) (string, error) {
	all := sha256.New()
	for _, p := range parts {
		files, err := open(p)
		if err != nil {
			return "", err
		}
		names, err := p.sources(files)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			content, err := fs.ReadFile(files, name)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(all, "%s %d\n", path.Join(p.path, name), len(content))
			all.Write(content)
		}
	}
	return hex.EncodeToString(all.Sum(nil)[:12]), nil
}

// sources are the files of a part that are built, which tests are not.
func (p part) sources(files fs.FS) (names []string, err error) {
	for _, pattern := range p.patterns {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if !strings.HasSuffix(name, "_test.go") {
				names = append(names, name)
			}
		}
	}
	return names, nil
}
