package registry_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestConformance runs the suite of OCI's distribution specification. It leaves out what it does not know of a registry,
// and here content by SHA-512: ECR has SHA-256 alone.
func TestConformance(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program := filepath.Join(dir, "conformance")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/opencontainers/distribution-spec/conformance").CombinedOutput(); err != nil {
		t.Fatalf("build the suite: %v\n%s", err, out)
	}
	w := start(t, 0, "conformance/repo1", "conformance/repo2")
	w.mount = true
	run := exec.CommandContext(t.Context(), program)
	run.Dir = dir
	run.Env = append(os.Environ(), "OCI_REGISTRY="+strings.TrimPrefix(w.URL, "http://"), "OCI_TLS=disabled", "OCI_USERNAME=AWS",
		"OCI_PASSWORD="+w.password, "OCI_API_BLOBS_UPLOAD_CANCEL=true", "OCI_API_BLOBS_DIGEST_HEADER=true", "OCI_DATA_SHA512=false")
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "OCI Conformance Result: Pass") {
		t.Errorf("%v: %s", err, failures(string(out)))
	}
	without := []string{
		"Blob anonymous mount: Skip", // ECR has none
		"Manifest put with tag params: Disabled", "Blobs sha512: Disabled", "Digest Algorithm sha512: Disabled",
		"Sparse Manifests: Disabled", // ECR wants what an index names (ECR-20)
		"Tag Param: Disabled", "Tag Param sha512: Disabled",
	}
	if got := leftOut(string(out)); !slices.Equal(got, without) {
		t.Errorf("left out is %q", got)
	}
}

var summary = regexp.MustCompile(`(?m)^ *([A-Z][A-Za-z0-9 -]+?)\.*: +(Skip|Disabled|FAIL|Error)$`)

// leftOut lists the parts of a report that did not pass.
func leftOut(report string) (parts []string) {
	for _, line := range summary.FindAllStringSubmatch(report, -1) {
		parts = append(parts, line[1]+": "+line[2])
	}
	return parts
}

// failures are the lines of a report that tell of failures.
func failures(report string) string {
	var lines []string
	for line := range strings.Lines(report) {
		if strings.Contains(line, "FAIL") || strings.HasPrefix(strings.TrimSpace(line), "- ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
