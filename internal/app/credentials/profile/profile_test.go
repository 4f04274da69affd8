package profile

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

const configFile = `# of AWS's tools
region = nowhere
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = default-secret
[profile dev]
region = eu-west-1
s3 =
  aws_access_key_id = NESTED
aws_access_key_id = DEV ; a comment
AWS_SECRET_ACCESS_KEY: "dev=secret"
aws_session_token = 'dev:token'
[dev]
aws_access_key_id = NOT-A-PROFILE
[ profile	spaced ] # mine
aws_access_key_id=SPACED
  aws_secret_access_key=spaced-secret
[profile both]
aws_access_key_id = CONFIG
aws_secret_access_key = config-secret
aws_session_token = config-token
[profile twice]
aws_access_key_id = FIRST
aws_secret_access_key = first-secret
[profile twice]
aws_access_key_id = SECOND
[profile process]
credential_process = echo '{"Version":1,"AccessKeyId":"PROCESS","SecretAccessKey":"process-secret","SessionToken":"t","Expiration":"2099-01-02T03:04:05Z"}'
[profile part]
aws_access_key_id = PART
[profile role]
role_arn = arn:aws:iam::123456789012:role/dev
source_profile = dev
[profile login]
sso_session = work
`

const credentialsFile = `[both]
aws_access_key_id = CREDENTIALS
aws_secret_access_key = credentials-secret
[alone]
aws_access_key_id = ALONE
aws_secret_access_key = alone-secret
`

// files has AWS's files in a folder of the test's.
func files(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for variable, text := range map[string]string{"AWS_CONFIG_FILE": configFile, "AWS_SHARED_CREDENTIALS_FILE": credentialsFile} {
		file := filepath.Join(dir, variable)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(variable, file)
	}
	t.Setenv("AWS_CA_BUNDLE", "")
}

// What is read is what the SDK's own package reads.
func TestCredentialsAreThoseThatTheSDKReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the process is a shell")
	}
	files(t)
	for name, want := range map[string]string{
		"default": "DEFAULT default-secret ", "dev": "DEV dev=secret dev:token", "spaced": "SPACED spaced-secret ",
		"both": "CREDENTIALS credentials-secret config-token", "twice": "SECOND first-secret ", "alone": "ALONE alone-secret ",
		"process": "PROCESS process-secret t",
	} {
		provider, err := Open(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := provider.Retrieve(t.Context())
		if err != nil || text(got) != want {
			t.Errorf("%s has %s, want %s: %v", name, text(got), want, err)
		}
		sdk, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile(name))
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := sdk.Credentials.Retrieve(t.Context())
		if err != nil || text(got) != text(theirs) || got.CanExpire != theirs.CanExpire || !got.Expires.Equal(theirs.Expires) {
			t.Errorf("%s has %+v, by the SDK %+v: %v", name, got, theirs, err)
		}
	}
}

func text(c aws.Credentials) string {
	return c.AccessKeyID + " " + c.SecretAccessKey + " " + c.SessionToken
}

// A role and a login are what the AWS CLI knows how to get.
func TestTheCLIGetsWhatIsNotInTheFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the CLI is a shell")
	}
	files(t)
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	for _, name := range []string{"role", "login"} {
		if _, err := Open(name); err == nil || !strings.Contains(err.Error(), "install version 2 of the AWS CLI") {
			t.Errorf("without a CLI %s: %v", name, err)
		}
	}
	script := "#!/bin/sh\nprintf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"s\"}' \"$*\"\n"
	if err := os.WriteFile(filepath.Join(dir, "aws"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"role", "login"} {
		provider, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := provider.Retrieve(t.Context())
		if want := "configure export-credentials --profile " + name + " --format process"; err != nil || got.AccessKeyID != want {
			t.Errorf("%s asks for %q, want %q: %v", name, got.AccessKeyID, want, err)
		}
	}
}

func TestAProfileThatIsNotThereIsRefused(t *testing.T) {
	files(t)
	for name, want := range map[string]string{"nowhere": "profile nowhere is neither in ", "part": "the profile part has only one of "} {
		if _, err := Open(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProfilesOfRealAccounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	text := "[default]\naws_access_key_id = AKIAQWERTYUIOPASDFGH\naws_secret_access_key = x\n[local]\naws_access_key_id = test\naws_secret_access_key = test\n[login]\nsso_session = work\n[role]\nrole_arn = arn:aws:iam::123456789012:role/x\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"default": true, "local": false, "login": true, "role": true, "absent": false} {
		if got := IsReal(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
