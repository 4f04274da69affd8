package ecr

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAPasswordSaysWhoLogsIn(t *testing.T) {
	s := openStore(t)
	login := Login{
		Account: scope.Account, Region: scope.Region, ARN: "arn:aws:sts::123456789012:assumed-role/ci/session", UserID: "AROAEXAMPLE:session",
		RoleARN: "arn:aws:iam::123456789012:role/team/ci", Issued: start.UnixMilli(),
	}
	password, err := NewLogins(s).Password(login)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := NewLogins(s).Password(login); again == password {
		t.Error("two calls get one password")
	}
	got, err := NewLogins(s).Open(password)
	if err != nil || got != login {
		t.Errorf("got %+v and %v", got, err)
	}
	if end := got.ExpiresAt(); !end.Equal(start.Add(12 * time.Hour)) {
		t.Errorf("it expires at %v", end)
	}
	if strings.Contains(password, "AROA") {
		t.Error("it can be read")
	}
	other, _ := NewLogins(openStore(t)).Password(login)
	for _, wrong := range []string{
		"", "secret", password[:len(password)-8], password[:16], password + "AAAA", "AAAA" + password, strings.ToLower(password), other,
	} {
		if _, err := NewLogins(s).Open(wrong); !errors.Is(err, ErrNoLogin) {
			t.Errorf("%.40q: %v", wrong, err)
		}
	}
}

func TestPathsOfRepositories(t *testing.T) {
	home := arn.Scope{Region: "us-east-1", Account: "000000000000"}
	for path, want := range map[string]Repository{
		"web":                                   {Scope: home, Name: "web"},
		"team/api":                              {Scope: home, Name: "team/api"},
		"123456789012/web":                      {Scope: home, Name: "123456789012/web"},
		"us-east-1/web":                         {Scope: home, Name: "us-east-1/web"},
		"123456789012/eu-west-1/web":            {Scope: scope, Name: "web"},
		"123456789012/eu-west-1/team/api":       {Scope: scope, Name: "team/api"},
		"123456789012/us-gov-west-1/web":        {Scope: arn.Scope{Region: "us-gov-west-1", Account: "123456789012"}, Name: "web"},
		"123456789012/ap-southeast-5/000/eu/us": {Scope: arn.Scope{Region: "ap-southeast-5", Account: "123456789012"}, Name: "000/eu/us"},
	} {
		s, name := ReadPath(path, home)
		if s != want.Scope || name != want.Name {
			t.Errorf("%s is %s of %v", path, name, s)
		}
		if back := want.Path(home); back != path {
			t.Errorf("%s is at %s", want.ARN(), back)
		}
	}
	if s, name := ReadPath("000000000000/us-east-1/web", home); s != home || name != "web" {
		t.Errorf("the long path at home is %s of %v", name, s)
	}
}
