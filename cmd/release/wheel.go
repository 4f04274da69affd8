package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// module is what Python's tests import.
const module = "examples/boto3/tests/ecs_emulator.py"

// wheelTags are the platforms that pip knows. The programs for Linux need no library, so they run with glibc and with
// musl; Go says from which macOS on a program runs.
// Source: PEP 425, 600 and 656; Go's release notes.
var wheelTags = map[platform]string{
	{"linux", "amd64"}:   "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
	{"linux", "arm64"}:   "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
	{"darwin", "amd64"}:  "macosx_12_0_x86_64",
	{"darwin", "arm64"}:  "macosx_12_0_arm64",
	{"windows", "amd64"}: "win_amd64",
	{"windows", "arm64"}: "win_arm64",
}

// writeWheel packs the program of a platform with the Python module that starts it, for `pip install`.
// Source: the binary distribution format of Python's packaging specifications.
func (r release) writeWheel(p platform) error {
	tags := wheelTags[p]
	if tags == "" {
		return fmt.Errorf("pip knows no platform %s/%s", p.os, p.architecture)
	}
	files, err := r.wheelFiles(p, tags)
	if err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(r.out, fmt.Sprintf("ecs_emulator-%s-py3-none-%s.whl", pythonVersion(r.version), tags)))
	if err != nil {
		return err
	}
	return errors.Join(r.writeZip(out, files), out.Close())
}

// wheelFiles are the files of a wheel; the last one lists the others.
func (r release) wheelFiles(p platform, tags string) ([]file, error) {
	folder := "ecs_emulator-" + pythonVersion(r.version)
	files := []file{
		{name: "ecs_emulator.py", mode: 0o644},
		{name: folder + ".data/scripts/" + p.program(), mode: 0o755},
		{name: folder + ".dist-info/licenses/LICENSE", mode: 0o644},
	}
	for i, path := range []string{module, p.built(), "LICENSE"} {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files[i].data = data
	}
	wheel := "Wheel-Version: 1.0\nGenerator: ecs-emulator\nRoot-Is-Purelib: false\n" +
		"Tag: py3-none-" + strings.ReplaceAll(tags, ".", "\nTag: py3-none-") + "\n"
	files = append(files,
		file{folder + ".dist-info/METADATA", 0o644, []byte(r.pythonMetadata())},
		file{folder + ".dist-info/WHEEL", 0o644, []byte(wheel)})
	record := folder + ".dist-info/RECORD"
	return append(files, file{record, 0o644, []byte(recordOf(files) + record + ",,\n")}), nil
}

func (r release) pythonMetadata() string {
	return "Metadata-Version: 2.1\nName: ecs-emulator\nVersion: " + pythonVersion(r.version) + `
Summary: Amazon ECS on your own machine, for tests
Home-page: https://github.com/ecs-emulator/ecs-emulator
License: Apache-2.0
Requires-Python: >=3.8
Requires-Dist: boto3
`
}

// recordOf lists files with their checksums and sizes.
func recordOf(files []file) (list string) {
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		list += fmt.Sprintf("%s,sha256=%s,%d\n", f.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(f.data))
	}
	return list
}

var (
	releaseVersion = regexp.MustCompile(`^v?(\d+\.\d+\.\d+)(?:-(a|b|rc)[a-z]*\.?(\d+))?$`)
	notInVersions  = regexp.MustCompile(`[^a-z0-9]+`)
)

// pythonVersion is a version as Python writes it: 0.3.0, 0.3.0rc1, and for a commit that is no release one that is
// before all of them. Source: PEP 440.
func pythonVersion(version string) string {
	if m := releaseVersion.FindStringSubmatch(version); m != nil {
		return m[1] + m[2] + m[3]
	}
	return "0+" + strings.Trim(notInVersions.ReplaceAllString(strings.ToLower(version), "."), ".")
}
