package terraform

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	// mirrorEnv lists folders with providers, in the layout of a filesystem mirror.
	mirrorEnv = "ECS_EMULATOR_TEST_TERRAFORM_MIRROR"
	// requireEnv set to 1 makes tests fail where Terraform or the provider is missing.
	requireEnv = "ECS_EMULATOR_REQUIRE_TERRAFORM"
	// configurationEnv is Terraform's own: the file that may name a mirror.
	configurationEnv = "TF_CLI_CONFIG_FILE"

	providerPath = "registry.terraform.io/hashicorp/aws"
)

// requireTerraform returns the arguments that init needs to find the provider. Where
// it or Terraform is missing, the test is left out.
func requireTerraform(t *testing.T) []string {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		lack(t, "no terraform: install it to run its modules")
	}
	dirs := filepath.SplitList(os.Getenv(mirrorEnv))
	if len(dirs) == 0 && !configuresMirror() {
		if dirs = installedMirrors(); len(dirs) == 0 {
			lack(t, "terraform has no mirror with the provider hashicorp/aws: name one in its configuration or in "+mirrorEnv)
		}
	}
	var args []string
	for _, dir := range dirs {
		args = append(args, "-plugin-dir="+dir)
	}
	return args
}

func lack(t *testing.T, why string) {
	t.Helper()
	if os.Getenv(requireEnv) == "1" {
		t.Fatalf("%s=1, but %s", requireEnv, why)
	}
	t.Skip(why)
}

// installedMirrors finds the folders that have the provider and lie where programs are
// installed: two levels below the root. Their providers are unpacked or not.
func installedMirrors() []string {
	var dirs []string
	found, _ := filepath.Glob(filepath.FromSlash("/*/*/" + providerPath + "/*5.1[0-9][0-9].*")) // the pattern is well-formed
	for _, version := range found {
		dir := strings.TrimSuffix(filepath.Dir(version), filepath.FromSlash("/"+providerPath))
		if !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// configuresMirror tells whether the user's configuration of Terraform names a mirror.
func configuresMirror() bool {
	file := os.Getenv(configurationEnv)
	if file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return false
		}
		file = filepath.Join(home, ".terraformrc")
	}
	text, err := os.ReadFile(file)
	return err == nil && regexp.MustCompile(`(?m)^\s*(filesystem|network)_mirror\s*{`).Match(text)
}

func TestMirrorOfTheConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "terraformrc")
	t.Setenv(configurationEnv, file)
	if configuresMirror() {
		t.Error("a file that is not there names a mirror")
	}
	for text, want := range map[string]bool{
		"provider_installation {\n  filesystem_mirror {\n    path = \"/mirror\"\n  }\n}\n": true,
		"provider_installation {\n  network_mirror{ url = \"https://example.com/\" }\n}\n": true,
		"# filesystem_mirror {\nplugin_cache_dir = \"/cache\"\n":                           false,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := configuresMirror(); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}
