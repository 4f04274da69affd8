package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// shelf is an upstream with objects, by their paths.
type shelf struct{ objects sync.Map }

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, found := s.objects.Load(r.URL.Path)
	switch {
	case r.Method == http.MethodPut:
		body, _ := io.ReadAll(r.Body)
		s.objects.Store(r.URL.Path, string(body))
	case !found:
		w.WriteHeader(http.StatusNotFound)
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>")
		}
	default:
		_, _ = io.WriteString(w, text.(string))
	}
}

// command runs a command of the AWS CLI as users type it, and returns what it prints.
func (w *world) command(dir string, args ...string) string {
	w.Helper()
	cmd := exec.CommandContext(w.Context(), "aws", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), append(cliEnvironment(), "AWS_ENDPOINT_URL="+w.srv.URL())...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("aws %q: %v:\n%s", args, err, text)
	}
	return string(text)
}

// TestTemplatesOfTheUpstream: `deploy` and `package` write templates to the bucket of an upstream, by way of the emulator, and give
// its own address to stacks (CFN-119). One that the folder of buckets has is read from there.
func TestTemplatesOfTheUpstream(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	s := &shelf{}
	behind := httptest.NewServer(s)
	t.Cleanup(behind.Close)
	dir := t.TempDir()
	const group = `{"Description":"%","Resources":{"Group":{"Type":"AWS::Logs::LogGroup"}}}`
	for path, text := range map[string]string{
		"web.json":        strings.Replace(group, "%", "upstream", 1) + strings.Repeat(" ", 60_000),
		"s3/b/here.json":  strings.Replace(group, "%", "folder", 1),
		"parent.json":     `{"Resources":{"Child":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"s3/b/here.json"}}}}`,
		"s3/empty/.empty": "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := start(t, emulator.Options{Upstream: behind.URL, S3Dir: filepath.Join(dir, "s3"), IAM: emulator.AccessLog})
	if got := w.command(dir, "cloudformation", "deploy", "--stack-name", "web", "--template-file", "web.json", "--s3-bucket", "bucket", "--s3-prefix", "t"); !strings.Contains(got, "Successfully created/updated stack - web") {
		t.Errorf("deploy prints %s", got)
	}
	packed := w.command(dir, "cloudformation", "package", "--template-file", "parent.json", "--s3-bucket", "bucket", "--use-json")
	if _, url, found := strings.Cut(packed, `"TemplateURL": "`); !found || !strings.HasPrefix(url, w.srv.URL()+"/bucket/") {
		t.Errorf("package prints %s", packed)
	}
	stacks := cloudformation.NewFromConfig(w.srv.Config())
	made, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("web")})
	w.ok(err)
	if aws.ToString(made.Stacks[0].Description) != "upstream" {
		t.Errorf("the stack is %+v", made.Stacks[0])
	}
	s.objects.Store("/bucket/key", strings.Replace(group, "%", "by the upstream's own address", 1))
	for url, want := range map[string]string{
		behind.URL + "/bucket/key":               "by the upstream's own address",
		"https://b.s3.amazonaws.com/here.json":   "folder",
		"https://bucket.s3.amazonaws.com/no/key": "S3 error: The specified key does not exist.",
	} {
		out, err := stacks.ValidateTemplate(t.Context(), &cloudformation.ValidateTemplateInput{TemplateURL: &url})
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && aws.ToString(out.Description) != want {
			t.Errorf("%s: %+v, %v", url, out, err)
		}
	}
	behind.Close()
	if _, err := stacks.ValidateTemplate(t.Context(), &cloudformation.ValidateTemplateInput{TemplateURL: aws.String(behind.URL + "/bucket/key")}); err == nil {
		t.Error("a template is read without its upstream")
	}
}
