package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/layout"
)

var platforms = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// root has the files of the repository that a release is made of, and programs, each of which is this
// test.
func root(t *testing.T) {
	t.Helper()
	folder := t.TempDir()
	files := map[string]string{os.Args[0]: ""}
	for _, name := range []string{"Dockerfile", "LICENSE", "README.md", "CHANGELOG.md", module} {
		files[filepath.Join("..", "..", name)] = filepath.Join(folder, name)
	}
	err := errors.Join(os.Mkdir(filepath.Join(folder, "bin"), 0o755), os.MkdirAll(filepath.Join(folder, filepath.Dir(module)), 0o755))
	for from, to := range files {
		data, failed := os.ReadFile(from)
		err = errors.Join(err, failed)
		if to != "" {
			err = errors.Join(err, os.WriteFile(to, data, 0o644))
			continue
		}
		for _, p := range platforms {
			err = errors.Join(err, os.WriteFile(filepath.Join(folder, p.built()), data, 0o755))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
}

func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	root(t)
	var sums [2]string
	for i, out := range []string{"one", "two"} {
		if err := (release{version: "v0.3.0", at: time.Unix(1767225600, 0).UTC(), out: out, platforms: platforms}).pack(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"SHA256SUMS", "image/index.json"} {
			data, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			sums[i] += string(data)
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("first %s, then %s", sums[0], sums[1])
	}
	for _, name := range []string{"ecs-emulator_0.3.0_windows_arm64.zip", "ecs-emulator_0.3.0_linux_amd64.tar.gz", "ecs-emulator_0.3.0_darwin_arm64.cdx.json", "ecs-emulator_0.3.0_linux_arm64_image.tar", "notes.md", "ecs_emulator-0.3.0-py3-none-win_amd64.whl"} {
		if !strings.Contains(sums[0], "  "+name+"\n") {
			t.Errorf("no %s: %s", name, sums[0])
		}
	}
	expectImages(t, filepath.Join("one", "image"))
}

// expectImages reads an OCI layout that has what the Dockerfile says for two architectures.
func expectImages(t *testing.T, folder string) {
	t.Helper()
	index, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	for _, m := range manifest.Manifests {
		found += m.Platform.String() + " "
		image, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		file, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		c := file.Config
		if file.Architecture != m.Platform.Architecture || strings.Join(c.Entrypoint, " ") != "/ecs-emulator" || strings.Join(c.Cmd, " ") != "serve" ||
			c.Labels["ecs-emulator.kind"] != "image" || !reflect.DeepEqual(c.ExposedPorts, map[string]struct{}{"4577/tcp": {}}) ||
			strings.Join(c.Healthcheck.Test, " ") != "CMD /ecs-emulator health" || c.Healthcheck.Interval != 5*time.Second || c.Healthcheck.StartPeriod != 30*time.Second {
			t.Errorf("%s: %+v", m.Platform, file)
		}
	}
	if found != "linux/amd64 linux/arm64 " {
		t.Errorf("the layout has %s", found)
	}
}

func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Dockerfile.source ends as Dockerfile does, but for the place of the program, and has the Go of go.mod.
func TestBothDockerfilesMakeTheSameImage(t *testing.T) {
	source := text(t, "Dockerfile.source")
	_, end, _ := strings.Cut(source, "FROM scratch\n")
	_, want, _ := strings.Cut(text(t, "Dockerfile"), "FROM scratch\n")
	if end = strings.Replace(end, "--from=build /src/", "", 1); end != want {
		t.Errorf("Dockerfile.source ends with %q, Dockerfile with %q", end, want)
	}
	version := regexp.MustCompile(`\ngo (\d+\.\d+)`).FindStringSubmatch(text(t, "go.mod"))[1]
	if want := "\nARG GO_IMAGE=golang:" + version + "\n"; !strings.Contains(source, want) {
		t.Errorf("Dockerfile.source has no line %q", want)
	}
}

// What Dockerfile.source compiles, .dockerignore lets through.
func TestTheBuildsContextHasAllPackages(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", "./cmd/ecs-emulator")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var let []string
	for line := range strings.Lines(text(t, ".dockerignore")) {
		if folder, ok := strings.CutPrefix(strings.TrimSpace(line), "!"); ok {
			let = append(let, folder+"/")
		}
	}
	packages := strings.Fields(string(out))
	if len(packages) < 100 {
		t.Fatalf("the program has %d packages", len(packages))
	}
	for _, p := range packages {
		folder := strings.TrimPrefix(p, "github.com/ecs-emulator/ecs-emulator/") + "/"
		if !slices.ContainsFunc(let, func(l string) bool { return strings.HasPrefix(folder, l) }) {
			t.Errorf("%s is not in the build's context", p)
		}
	}
}

func TestAnInstructionThatIsNotBuiltIsRefused(t *testing.T) {
	if _, err := parse("FROM scratch\nUSER 1\n"); err == nil || !strings.Contains(err.Error(), "USER is not built") {
		t.Errorf("got %v", err)
	}
}

func TestPlatforms(t *testing.T) {
	if list, err := platformsOf([]string{"linux/amd64", "windows/arm64"}); err != nil || !slices.Equal(list, []platform{{"linux", "amd64"}, {"windows", "arm64"}}) {
		t.Errorf("got %v, %v", list, err)
	}
	for _, wrong := range [][]string{nil, {"linux"}} {
		if list, err := platformsOf(wrong); err == nil {
			t.Errorf("%q gives %v", wrong, list)
		}
	}
}

func TestNotesAreTheSectionOfTheChangelog(t *testing.T) {
	changelog := "# Changelog\n\n## 0.3.0\n\n- New.\n\n## 0.2.0\n\n- Old.\n"
	for version, want := range map[string]string{"0.3.0": "- New.\n", "0.2.0": "- Old.\n", "0.2": ""} {
		if got := section(changelog, version); got != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
}
