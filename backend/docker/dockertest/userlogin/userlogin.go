// Package userlogin has a user's own logins for the docker command, until a test ends. Such a test must not be parallel.
package userlogin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/docker/cli/cli/config"
)

// Config is the content of the configuration file of `docker`.
func Config(t *testing.T, content string) {
	t.Helper()
	before, dir := config.Dir(), t.TempDir()
	t.Cleanup(func() { config.SetDir(before) })
	config.SetDir(dir)
	if err := os.WriteFile(filepath.Join(dir, config.ConfigFileName), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Helper puts a script on the path as the credential helper of a name.
func Helper(t *testing.T, name, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-"+name), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// HelperWith puts a credential helper on the path that has one login, of one registry.
func HelperWith(t *testing.T, name, host, username, secret string) {
	t.Helper()
	Helper(t, name, `if [ "$1 $(cat)" = "get `+host+`" ]
then echo '{"Username":"`+username+`","Secret":"`+secret+`"}'
else echo 'credentials not found in native keychain'; exit 1
fi`)
}
