package sts_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var shop = session.Session{
	Account: "123456789012", Region: "eu-west-1", RoleARN: "arn:aws:iam::123456789012:role/team/shop", RoleID: "AROAEXAMPLEEXAMPLE123",
	Name: "0123456789abcdef0123456789abcdef", TaskARN: "arn:aws:ecs:eu-west-1:123456789012:task/default/0123456789abcdef0123456789abcdef",
	Kind: session.TaskApplication, Expires: 1_900_000_000,
}

func open(t *testing.T, path string) (*store.Store, *session.Keys) {
	t.Helper()
	s, err := store.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, session.New(s)
}

func issue(t *testing.T, k *session.Keys, s session.Session) session.Credentials {
	t.Helper()
	c, err := k.Issue(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestKeysLookLikeThoseOfAWS(t *testing.T) {
	_, keys := open(t, "")
	c := issue(t, keys, shop)
	if !regexp.MustCompile(`^ASIA[A-Z2-7]{16}$`).MatchString(c.AccessKeyID) || len(c.SecretAccessKey) != 40 {
		t.Errorf("keys are %q and %d characters", c.AccessKeyID, len(c.SecretAccessKey))
	}
	if got := session.AccountOf(c.AccessKeyID); got != shop.Account {
		t.Errorf("the access key id is of account %s", got)
	}
	// From the reports that say where the account is.
	if got := session.AccountOf("ASIAQNZGKIQY56JQ7WML"); got != "029608264753" {
		t.Errorf("a known access key id is of account %s", got)
	}
	if !c.Expires.Equal(shop.ExpiresAt()) || c.Expires.Unix() != shop.Expires {
		t.Errorf("keys expire at %s", c.Expires)
	}
}

func TestKeysTellTheirSession(t *testing.T) {
	_, keys := open(t, "")
	rapid.Check(t, func(t *rapid.T) {
		want := session.Session{
			Account: rapid.StringMatching(`[0-9]{12}`).Draw(t, "account"), Region: rapid.StringMatching(`[a-z0-9-]{0,12}`).Draw(t, "region"),
			RoleARN: rapid.String().Draw(t, "role"), Name: rapid.StringMatching(`[\w+=,.@-]{2,64}`).Draw(t, "name"),
			Expires: rapid.Int64Range(0, 1<<40).Draw(t, "expires"),
		}
		c, err := keys.Issue(want)
		if err != nil {
			t.Fatal(err)
		}
		got, ours, err := keys.Open(c.AccessKeyID, c.Token)
		if err != nil || !ours || got.Name != want.Name || got.Account != want.Account || got.Expires != want.Expires {
			t.Errorf("got %+v, %t, %v", got, ours, err)
		}
		if session.AccountOf(c.AccessKeyID) != want.Account {
			t.Errorf("%s is of account %s", c.AccessKeyID, session.AccountOf(c.AccessKeyID))
		}
	})
}

// All that a session is follows from its token, in any order of its tags.
func TestTokensHaveTheWholeSession(t *testing.T) {
	_, keys := open(t, "")
	want := shop
	want.Policy, want.PolicyARNs = `{"Version":"2012-10-17"}`, []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/own"}
	want.Tags, want.Transitive = map[string]string{"team": "shop", "Env": "", "é": "ß"}, []string{"team"}
	want.SourceIdentity, want.IssuedAt, want.Provider = "alice", 1_899_990_000, "arn:aws:iam::123456789012:oidc-provider/ci.example.com"
	want.FederatedName, want.OfUser = "Bob", "AIDAEXAMPLE"
	c := issue(t, keys, want)
	if got, ours, err := keys.Open(c.AccessKeyID, c.Token); err != nil || !ours || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %t, %v", got, ours, err)
	}
	if secret, ours, err := keys.SecretOf(c.AccessKeyID, c.Token); err != nil || !ours || secret != c.SecretAccessKey {
		t.Errorf("the secret is %q, %t, %v", secret, ours, err)
	}
	for range 10 {
		if again := issue(t, keys, want); again != c {
			t.Fatal("the keys of one session differ")
		}
	}
}

// Those who have keys from before an upgrade keep them.
func TestTokensOfOlderVersionsStayGood(t *testing.T) {
	claims, err := json.Marshal(shop)
	if err != nil {
		t.Fatal(err)
	}
	const before = `{"a":"123456789012","r":"eu-west-1","o":"arn:aws:iam::123456789012:role/team/shop","i":"AROAEXAMPLEEXAMPLE123",` +
		`"n":"0123456789abcdef0123456789abcdef","t":"arn:aws:ecs:eu-west-1:123456789012:task/default/0123456789abcdef0123456789abcdef",` +
		`"k":"TaskApplication","e":1900000000}`
	if string(claims) != before {
		t.Errorf("a session without new members is sealed as %s", claims)
	}
}

func TestSessionsThatDifferHaveOtherKeys(t *testing.T) {
	_, keys := open(t, "")
	first, later := issue(t, keys, shop), shop
	if again := issue(t, keys, shop); again != first {
		t.Errorf("the keys of one session are %s and %s", first.AccessKeyID, again.AccessKeyID)
	}
	later.Expires++
	if other := issue(t, keys, later); other.AccessKeyID == first.AccessKeyID || other.SecretAccessKey == first.SecretAccessKey || other.Token == first.Token {
		t.Error("two sessions share keys")
	}
}

func TestKeysThatAreNotWhatTheySayAreRefused(t *testing.T) {
	_, keys := open(t, "")
	_, others := open(t, "")
	c, foreign := issue(t, keys, shop), issue(t, others, shop)
	tampered := []byte(c.Token)
	tampered[len(tampered)-3] ^= 1
	for name, pair := range map[string][2]string{
		"no token":                       {c.AccessKeyID, ""},
		"a token of AWS":                 {c.AccessKeyID, "IQoJb3JpZ2luX2VjEXAMPLE"},
		"a token of another emulator":    {c.AccessKeyID, foreign.Token},
		"keys of another emulator":       {foreign.AccessKeyID, foreign.Token},
		"a tampered token":               {c.AccessKeyID, string(tampered)},
		"a short token":                  {c.AccessKeyID, c.Token[:20]},
		"a token that is cut off":        {c.AccessKeyID, c.Token[:len(c.Token)-4]},
		"another access key id":          {"ASIAEXAMPLEEXAMPLE12", c.Token},
		"a long-lived access key id":     {"AKIAEXAMPLEEXAMPLE12", c.Token},
		"the account as an access key":   {shop.Account, c.Token},
		"a token that is no base64":      {c.AccessKeyID, c.Token[:12] + "%%%%"},
		"a token with a line break":      {c.AccessKeyID, c.Token[:20] + "\n" + c.Token[20:]},
		"a token without anything in it": {c.AccessKeyID, c.Token[:12]},
	} {
		if s, ours, err := keys.Open(pair[0], pair[1]); !ours || !errors.Is(err, session.ErrInvalid) || !reflect.DeepEqual(s, session.Session{}) {
			t.Errorf("%s: got %+v, %t, %v", name, s, ours, err)
		}
		if secret, ours, err := keys.SecretOf(pair[0], pair[1]); !ours || !errors.Is(err, session.ErrInvalid) || secret != "" {
			t.Errorf("%s: the secret is %q, %t, %v", name, secret, ours, err)
		}
	}
}

func TestKeysOfAnotherOriginAreUnknown(t *testing.T) {
	_, keys := open(t, "")
	issue(t, keys, shop)
	for _, pair := range [][2]string{
		{"test", ""}, {"123456789012", ""}, {"AKIAIOSFODNN7EXAMPLE", ""}, {"", ""}, {"ASIA", ""},
		{"ASIAQNZGKIQY56JQ7WML", "IQoJb3JpZ2luX2VjEXAMPLE"}, {"LSIAQAAAAAAVNCBMPNSG", "any"},
	} {
		if _, ours, err := keys.Open(pair[0], pair[1]); ours || err != nil {
			t.Errorf("%s is taken for the emulator's: %v", pair[0], err)
		}
		if secret, ours, err := keys.SecretOf(pair[0], pair[1]); ours || err != nil || secret != "" {
			t.Errorf("%s has the secret %q, %t, %v", pair[0], secret, ours, err)
		}
	}
}

func TestKeysOutliveARestartAndNotAReset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	first, keys := open(t, path)
	c := issue(t, keys, shop)
	id, err := keys.CredentialsID(shop.TaskARN, session.TaskApplication)
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	second, keys := open(t, path)
	if s, _, err := keys.Open(c.AccessKeyID, c.Token); err != nil || !reflect.DeepEqual(s, shop) {
		t.Errorf("after a restart: %+v, %v", s, err)
	}
	if again, err := keys.CredentialsID(shop.TaskARN, session.TaskApplication); err != nil || again != id {
		t.Errorf("after a restart the id is %s, not %s: %v", again, id, err)
	}
	if err := second.Reset(); err != nil {
		t.Fatal(err)
	}
	if _, ours, err := keys.Open(c.AccessKeyID, c.Token); !ours || !errors.Is(err, session.ErrInvalid) {
		t.Errorf("after a reset: %t, %v", ours, err)
	}
}

func TestEachRoleOfATaskHasItsID(t *testing.T) {
	_, keys := open(t, "")
	seen := map[string]bool{}
	for _, task := range []string{shop.TaskARN, shop.TaskARN + "0"} {
		for _, kind := range []session.Kind{session.TaskApplication, session.TaskExecution} {
			id, err := keys.CredentialsID(task, kind)
			if parsed, wrong := uuid.Parse(id); err != nil || wrong != nil || parsed.Version() != 4 {
				t.Errorf("%s is no id: %v, %v", id, err, wrong)
			}
			seen[id] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("ids are %v", seen)
	}
}

// Neighbours know the ARNs of tasks and containers, and not the key.
func TestContainersAskByAnIDThatFollowsFromTheKey(t *testing.T) {
	_, keys := open(t, "")
	_, others := open(t, "")
	seen := map[string]bool{}
	for range 2 {
		for _, of := range []struct {
			keys            *session.Keys
			task, container string
		}{{keys, shop.TaskARN, "a"}, {keys, shop.TaskARN, "b"}, {keys, shop.TaskARN + "0", "a"}, {others, shop.TaskARN, "a"}} {
			id, err := of.keys.EndpointID(of.task, of.container)
			if parsed, wrong := uuid.Parse(id); err != nil || wrong != nil || parsed.Version() != 4 {
				t.Errorf("%s is no id: %v, %v", id, err, wrong)
			}
			seen[id] = true
		}
	}
	if len(seen) != 4 {
		t.Errorf("ids are %v", seen)
	}
}

func TestPrincipals(t *testing.T) {
	if got := shop.ARN(); got != "arn:aws:sts::123456789012:assumed-role/shop/"+shop.Name {
		t.Error(got)
	}
	federated := session.Session{Account: "123456789012", Region: "us-gov-west-1", OfUser: "AIDAEXAMPLE", FederatedName: "Bob"}
	if federated.ARN() != "arn:aws-us-gov:sts::123456789012:federated-user/Bob" || federated.UserID() != "123456789012:Bob" {
		t.Error(federated.ARN(), federated.UserID())
	}
	if got := shop.UserID(); got != "AROAEXAMPLEEXAMPLE123:"+shop.Name {
		t.Error(got)
	}
	root := session.Session{Account: "123456789012", Region: "cn-north-1"}
	if root.ARN() != "arn:aws-cn:iam::123456789012:root" || root.UserID() != "123456789012" {
		t.Error(root.ARN(), root.UserID())
	}
	for role, want := range map[string]bool{
		shop.RoleARN: true, "arn:aws:iam::123456789012:role/": false, "arn:aws:iam::123456789012:user/x": false, "shop": false,
		"arn:aws:sts::123456789012:role/x": false, "arn:aws:iam:::role/admin": false, "arn:aws:iam::x/y:role/r": false,
		"arn:aws:iam::1234567890123:role/x": false,
	} {
		if session.IsRole(role) != want {
			t.Errorf("%s is a role: %t", role, !want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s, err := store.Open(store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer s.Close()
	keys := session.New(s)
	c, err := keys.Issue(shop)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.AccessKeyID, c.Token)
	f.Fuzz(func(t *testing.T, key, token string) {
		if _, ours, err := keys.Open(key, token); ours && err == nil && (key != c.AccessKeyID || token != c.Token) {
			t.Errorf("%q, %q are keys of a session", key, token)
		}
	})
}
