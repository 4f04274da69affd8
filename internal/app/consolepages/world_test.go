package consolepages_test

import (
	"context"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// password is what no page may show, nor how it is encoded.
const password = "hunter2-is-not-to-be-seen"

var encoded = base64.StdEncoding.EncodeToString([]byte(password))

// world is an emulator in which something of each service is there.
type world struct {
	*testing.T
	srv *emulator.Server
	ecs *ecs.Client
}

// newWorld makes all of it by a stack, and a second revision of the task definition.
func newWorld(t *testing.T, opts emulator.Options) *world {
	t.Helper()
	opts.EventTargetFuncs = map[string]emulator.EventTargetFunc{
		"arn:aws:sqs:us-east-1:000000000000:lost": func(context.Context, []byte) error { return nil },
	}
	opts.IAM, opts.UnknownRoles = emulator.AccessEnforce, true
	srv := emulator.Start(t, opts)
	w := &world{t, srv, ecs.NewFromConfig(srv.Config())}
	text, err := os.ReadFile("testdata/world.json")
	w.must(err)
	subnets, err := ec2.NewFromConfig(srv.Config()).DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{SubnetIds: srv.Subnets()[:1]})
	w.must(err)
	stacks := cloudformation.NewFromConfig(srv.Config())
	_, err = stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: aws.String("world"), TemplateBody: aws.String(string(text)), Parameters: []cfntypes.Parameter{
			{ParameterKey: aws.String("Subnets"), ParameterValue: aws.String(strings.Join(srv.Subnets()[:2], ","))},
			{ParameterKey: aws.String("VPC"), ParameterValue: subnets.Subnets[0].VpcId},
			{ParameterKey: aws.String("Password"), ParameterValue: aws.String(password)},
		},
	})
	w.must(err)
	w.must(cloudformation.NewStackCreateCompleteWaiter(stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, 50*time.Millisecond
	}).Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("world")}, time.Minute))
	_, err = w.ecs.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("app"), Image: aws.String("shop/web:2"), PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(80)}},
			Command: []string{"<script>alert(1)</script>"}, DockerLabels: map[string]string{"team": "shop"},
		}},
	})
	w.must(err)
	w.secrets()
	return w
}

// secrets has values that no page may show.
func (w *world) secrets() {
	_, err := secretsmanager.NewFromConfig(w.srv.Config()).CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("shop/password"), SecretString: aws.String(password),
	})
	w.must(err)
	_, err = ssm.NewFromConfig(w.srv.Config()).PutParameter(w.Context(), &ssm.PutParameterInput{
		Name: aws.String("/shop/password"), Type: ssmtypes.ParameterTypeSecureString, Value: aws.String(password),
	})
	w.must(err)
}

// denied has a user without policies call an operation.
func (w *world) denied() {
	_, err := iam.NewFromConfig(w.srv.Config()).CreateUser(w.Context(), &iam.CreateUserInput{UserName: aws.String("dev")})
	w.must(err)
	if _, err := ecs.NewFromConfig(w.srv.As("user/dev")).ListClusters(w.Context(), nil); err == nil {
		w.Error("a user without policies may list clusters")
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// answered is an answer of the console.
type answered struct {
	status   int
	location string
	body     string
}

func (w *world) ask(method, path string, form url.Values) answered {
	w.Helper()
	request, err := http.NewRequestWithContext(w.Context(), method, w.srv.URL()+"/_emulator/console"+path, strings.NewReader(form.Encode()))
	w.must(err)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.must(err)
	got := answered{answer.StatusCode, answer.Header.Get("Location"), string(body)}
	for _, secret := range []string{password, encoded} {
		if strings.Contains(got.body, secret) {
			w.Errorf("%s %s shows a secret", method, path)
		}
	}
	for _, markup := range []string{"<script>alert", "<b>all", "<i>slow", "<u>why", "<em>not"} {
		if strings.Contains(got.body, markup) {
			w.Errorf("%s %s has markup of a name: %s", method, path, markup)
		}
	}
	if got.body != "" {
		w.isAccessible(method+" "+path, got.body)
	}
	return got
}

var (
	ids    = regexp.MustCompile(`\sid="([^"]*)"`)
	fields = regexp.MustCompile(`<(?:input|select|textarea)[^>]*>`)
	hides  = regexp.MustCompile(`type="hidden"`)
	labels = regexp.MustCompile(`<label for="([^"]*)"`)
)

// isAccessible checks that ids are unique, that each table has a caption, and each field a label.
func (w *world) isAccessible(what, body string) {
	w.Helper()
	seen, labelled := map[string]bool{}, map[string]bool{}
	for _, id := range ids.FindAllStringSubmatch(body, -1) {
		if seen[id[1]] || strings.ContainsAny(id[1], " \t\n") {
			w.Errorf("%s: the id %q is there twice, or has a space", what, id[1])
		}
		seen[id[1]] = true
	}
	for _, label := range labels.FindAllStringSubmatch(body, -1) {
		labelled[label[1]] = true
	}
	for _, field := range fields.FindAllString(body, -1) {
		if id := ids.FindStringSubmatch(field); !hides.MatchString(field) && (id == nil || !labelled[id[1]]) {
			w.Errorf("%s: %s has no label", what, field)
		}
	}
	if strings.Count(body, "<table") != strings.Count(body, "<caption") {
		w.Errorf("%s: a table has no caption", what)
	}
	if strings.Count(body, "<h1") != 1 {
		w.Errorf("%s has %d first headings", what, strings.Count(body, "<h1"))
	}
}

// shows checks a page: its status, and texts that it has; those that begin with ! it must not have.
func (w *world) shows(path string, status int, texts ...string) string {
	w.Helper()
	got := w.ask(http.MethodGet, path, nil)
	w.check("GET "+path, got, status, texts)
	return got.body
}

func (w *world) check(what string, got answered, status int, texts []string) {
	w.Helper()
	if got.status != status {
		w.Errorf("%s: status %d, want %d", what, got.status, status)
	}
	for _, text := range texts {
		absent, not := strings.CutPrefix(text, "!")
		if not == strings.Contains(got.body, absent) {
			w.Errorf("%s: %q is there: %t\n%s", what, absent, not, main(got.body))
		}
	}
}

// main is the part of a page that is its own.
func main(body string) string {
	_, own, _ := strings.Cut(body, "<main")
	own, _, _ = strings.Cut(own, "</main>")
	return own
}

// posts sends an action of a page.
func (w *world) posts(path, action string, status int, fields url.Values, texts ...string) answered {
	w.Helper()
	form := url.Values{"action": {action}}
	maps.Copy(form, fields)
	got := w.ask(http.MethodPost, path, form)
	w.check("POST "+path+" "+action, got, status, texts)
	return got
}
