package main

import (
	"archive/zip"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// wheelOf makes the wheel of a platform, and returns its files.
func wheelOf(t *testing.T, p platform, version string) (name string, files []file) {
	t.Helper()
	root(t)
	if err := (release{version: version, at: time.Unix(1767225600, 0).UTC(), out: "dist", wheels: true, platforms: []platform{p}}).pack(); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob("dist/*")
	if err != nil || len(found) != 1 {
		t.Fatalf("dist has %q, %v", found, err)
	}
	archive, err := zip.OpenReader(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f.Flags&0x8 != 0 {
			t.Errorf("the size of %s follows it, which PyPI refuses", f.Name)
		}
		files = append(files, file{f.Name, f.Mode(), data})
	}
	return filepath.Base(found[0]), files
}

func TestAWheelHasTheProgramAndTheModule(t *testing.T) {
	name, files := wheelOf(t, platform{"linux", "arm64"}, "v0.3.0-rc.1")
	if want := "ecs_emulator-0.3.0rc1-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl"; name != want {
		t.Errorf("it is %s, want %s", name, want)
	}
	program, err := os.ReadFile(platform{"linux", "arm64"}.built())
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]file{}
	for _, f := range files {
		has[f.name] = f
	}
	if f := has["ecs_emulator-0.3.0rc1.data/scripts/ecs-emulator"]; string(f.data) != string(program) || f.mode.Perm() != 0o755 {
		t.Errorf("the program has %d bytes and mode %v", len(f.data), f.mode)
	}
	for name, want := range map[string]string{
		"ecs_emulator.py":                                  "\ndef serve(*flags):\n",
		"ecs_emulator-0.3.0rc1.dist-info/METADATA":         "\nName: ecs-emulator\nVersion: 0.3.0rc1\n",
		"ecs_emulator-0.3.0rc1.dist-info/WHEEL":            "\nTag: py3-none-manylinux2014_aarch64\n",
		"ecs_emulator-0.3.0rc1.dist-info/licenses/LICENSE": "Apache License",
	} {
		if !strings.Contains(string(has[name].data), want) {
			t.Errorf("%s lacks %q: %q", name, want, has[name].data)
		}
	}
	last := files[len(files)-1]
	record := "ecs_emulator-0.3.0rc1.dist-info/RECORD"
	if want := recordOf(files[:len(files)-1]) + record + ",,\n"; last.name != record || string(last.data) != want {
		t.Errorf("%s is %s, want %s", last.name, last.data, want)
	}
}

// The checksums are base64 without padding, as pip reads them: openssl makes the same ones.
func TestFilesOfAWheelAreRecorded(t *testing.T) {
	if got, want := recordOf([]file{{"a", 0o644, []byte("abc")}}), "a,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEachPlatformOfTheMakefileHasAWheel(t *testing.T) {
	_, names, _ := strings.Cut(text(t, "Makefile"), "\nPLATFORMS := ")
	names, _, _ = strings.Cut(names, "\n")
	list, err := platformsOf(strings.Fields(names))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		if wheelTags[p] == "" {
			t.Errorf("%v has none", p)
		}
	}
	if len(list) != len(slices.Collect(maps.Keys(wheelTags))) {
		t.Errorf("%d platforms, and wheels for %d", len(list), len(wheelTags))
	}
	_, files := wheelOf(t, platform{"windows", "amd64"}, "v0.3.0")
	if files[1].name != "ecs_emulator-0.3.0.data/scripts/ecs-emulator.exe" {
		t.Errorf("the program for Windows is %s", files[1].name)
	}
}

func TestVersionsInPython(t *testing.T) {
	for version, want := range map[string]string{
		"v0.3.0": "0.3.0", "0.3.0": "0.3.0", "v1.0.0-rc.2": "1.0.0rc2", "v1.0.0-beta1": "1.0.0b1",
		"v0.3.0-12-gabc1234-dirty": "0+v0.3.0.12.gabc1234.dirty", "ABC123": "0+abc123", "devel": "0+devel",
	} {
		if got := pythonVersion(version); got != want {
			t.Errorf("%s is %s, want %s", version, got, want)
		}
	}
}
