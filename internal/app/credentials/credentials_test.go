package credentials

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// A task has the same keys for half their life, and then others.
func TestKeysOfATaskAreRenewedAtHalfTheirLife(t *testing.T) {
	made := time.Date(2031, 5, 1, 12, 0, 0, 750, time.UTC)
	whole := made.Truncate(time.Second)
	for after, want := range map[time.Duration]time.Duration{
		-time.Minute: 6 * time.Hour, 0: 6 * time.Hour, 3*time.Hour - time.Second: 6 * time.Hour,
		3 * time.Hour: 9 * time.Hour, 6*time.Hour - time.Second: 9 * time.Hour, 6 * time.Hour: 12 * time.Hour,
	} {
		if got := sessionEnd(made, made.Add(after)); !got.Equal(whole.Add(want)) {
			t.Errorf("after %v they last until %v after the start, want %v", after, got.Sub(whole), want)
		}
	}
}

func TestARNsThatTheLogHasToldAreBounded(t *testing.T) {
	var arns ToldARNs
	for i := range 3 * maxTold {
		arn := strconv.Itoa(i)
		if !arns.IsNew(arn) || arns.IsNew(arn) {
			t.Fatalf("%s is not told once", arn)
		}
		if len(arns.told) > maxTold {
			t.Fatalf("%d are remembered", len(arns.told))
		}
	}
}

// withProfile writes a configuration with a profile of the name dev.
func withProfile(t *testing.T, body string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte("[profile dev]\nregion = eu-west-1\n"+body), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", path)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_CA_BUNDLE", "")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT") // counts for less than the profile that is named
	t.Setenv("AWS_SECRET_ACCESS_KEY", "environment")
}

// open opens the profile dev.
func open(t *testing.T) aws.CredentialsProvider {
	t.Helper()
	provider, err := OpenProfile("profile:dev", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return provider
}

func TestCredentialsOfAProfileArePassedOn(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/app"
	withProfile(t, "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n")
	dev := open(t)
	now := time.Now()
	got, err := passedOn(t.Context(), dev, role, now)
	if err != nil || got.RoleArn != role || got.AccessKeyId != "AKIAEXAMPLE" || got.SecretAccessKey != "secret" || got.Token != "" ||
		!got.Expiration.Equal(now.Add(time.Hour).UTC().Round(time.Second)) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// The keys of a process are got again before they expire: here each call is so late.
func TestKeysOfAProfileAreRenewedBeforeTheyExpire(t *testing.T) {
	dir := t.TempDir()
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	script := filepath.Join(dir, "keys")
	text := "#!/bin/sh\necho >>" + dir + "/calls\ncat <<END\n" +
		`{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"secret","SessionToken":"token","Expiration":"` + end.Format(time.RFC3339) + `"}` + "\nEND\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	withProfile(t, "credential_process = "+script+"\n")
	dev := open(t)
	calls := func() int {
		text, _ := os.ReadFile(filepath.Join(dir, "calls"))
		return strings.Count(string(text), "\n")
	}
	for range 2 {
		got, err := passedOn(t.Context(), dev, "role", time.Now())
		if err != nil || got.Token != "token" || !got.Expiration.Equal(end.Add(-profileRenewal)) {
			t.Errorf("got %+v, %v; they end at %s", got, err, end)
		}
	}
	if n := calls(); n != 1 {
		t.Errorf("keys that are good for long were got %d times", n)
	}
	end = time.Now().Add(profileRenewal - time.Minute).UTC()
	if err := os.WriteFile(script, []byte(strings.ReplaceAll(text, text[strings.Index(text, `"Expiration"`):], `"Expiration":"`+end.Format(time.RFC3339)+`"}`+"\nEND\n")), 0o700); err != nil {
		t.Fatal(err)
	}
	dev = open(t)
	for range 2 {
		if _, err := passedOn(t.Context(), dev, "role", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if n := calls(); n != 3 {
		t.Errorf("keys that are about to expire were got %d times", n-1)
	}
}

func TestNoCredentialsOfAProfileThatIsNotThere(t *testing.T) {
	withProfile(t, "")
	if _, err := OpenProfile("profile:prod", slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "prod") {
		t.Errorf("got %v", err)
	}
	for value, good := range map[string]bool{"": true, "profile:dev": true, "profile:": false, "dev": false, "host": false} {
		if err := CheckSetting(value); (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// A task does not start without the variable because the key of sessions cannot be written.
func TestNoCredentialsVariableWithoutAKey(t *testing.T) {
	rows, err := state.Open(store.Options{Path: filepath.Join(t.TempDir(), "state.db"), Fault: func() error { return errors.New("no space left on device") }})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	issuer := &Issuer{Store: rows, Sessions: session.New(rows), Log: slog.New(slog.DiscardHandler)}
	role := "arn:aws:iam::000000000000:role/app"
	task := &state.Task{ARN: "arn:aws:ecs:us-east-1:000000000000:task/default/1", Spec: &state.TaskSpec{Overrides: &types.TaskOverride{TaskRoleArn: &role}}}
	if variable, err := issuer.Variable(task); variable != "" || err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("got %q, %v", variable, err)
	}
}
