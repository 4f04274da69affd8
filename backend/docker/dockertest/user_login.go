package dockertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/config"
)

// UserConfig is the content of the configuration file of `docker` until the test ends, which must not be parallel.
func UserConfig(t *testing.T, content string) {
	t.Helper()
	before, dir := config.Dir(), t.TempDir()
	t.Cleanup(func() { config.SetDir(before) })
	config.SetDir(dir)
	if err := os.WriteFile(filepath.Join(dir, config.ConfigFileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// CredentialHelper puts a credential helper of a name on the path until the test ends. It has one login, of one registry.
func CredentialHelper(t *testing.T, name, host, username, secret string) {
	t.Helper()
	dir := t.TempDir()
	script := `#!/bin/sh
if [ "$1 $(cat)" = "get ` + host + `" ]
then echo '{"Username":"` + username + `","Secret":"` + secret + `"}'
else echo 'credentials not found in native keychain'; exit 1
fi
`
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-"+name), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}
