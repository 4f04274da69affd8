package registry_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// ECR-11.
func TestWithoutALoginTheAnswerIsAChallenge(t *testing.T) {
	w := start(t, 0, "web")
	host := strings.TrimPrefix(w.URL, "http://")
	for name, login := range map[string]func(*http.Request){
		"none":              func(*http.Request) {},
		"another user":      func(r *http.Request) { r.SetBasicAuth("root", w.password) },
		"no password":       func(r *http.Request) { r.SetBasicAuth("AWS", "") },
		"a made up one":     func(r *http.Request) { r.SetBasicAuth("AWS", "secret") },
		"a cut one":         func(r *http.Request) { r.SetBasicAuth("AWS", w.password[:len(w.password)-4]) },
		"another kind":      func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+w.password) },
		"half of a header":  func(r *http.Request) { r.Header.Set("Authorization", "Basic ") },
		"a login elsewhere": func(r *http.Request) { r.SetBasicAuth("AWS", start(t, 0).password) },
	} {
		for _, path := range []string{"/v2/", "/v2/web/manifests/latest", "/v2/web/blobs/uploads/", "/v2/../../etc/passwd"} {
			req, err := http.NewRequest(http.MethodGet, w.URL+path, nil)
			w.must(err)
			login(req)
			got := w.send(req).is(http.StatusUnauthorized).has("Content-Type", "text/plain; charset=utf-8").
				has("Www-Authenticate", `Basic realm="http://`+host+`/",service="ecr.amazonaws.com"`)
			if got.text != "Not Authorized\n" {
				t.Errorf("%s: %q", name, got.text)
			}
		}
	}
	w.ask(http.MethodGet, "/v2/", "").is(http.StatusOK)
}

func TestALoginLastsTwelveHours(t *testing.T) {
	w := start(t, 0, "web")
	w.set(func() { w.now = w.now.Add(12*time.Hour - time.Second) })
	w.ask(http.MethodGet, "/v2/web/tags/list", "").is(http.StatusOK)
	w.set(func() { w.now = w.now.Add(time.Second) })
	for _, path := range []string{"/v2/", "/v2/web/tags/list"} {
		got := w.ask(http.MethodGet, path, "").is(http.StatusForbidden).has("Content-Type", "application/json; charset=utf-8")
		if want := `{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}` + "\n"; got.text != want {
			t.Errorf("got %s", got.text)
		}
	}
}

func TestThePathChoosesTheRegistry(t *testing.T) {
	w := start(t, 0, "web")
	paris, foreign := arn.Scope{Region: "eu-west-3", Account: account}, arn.Scope{Region: "eu-west-1", Account: other}
	w.create(paris, "web")
	w.create(foreign, "web")
	w.push("web", "here", "config here")
	w.push(account+"/eu-west-3/web", "paris", "config in paris")
	w.ask(http.MethodGet, "/v2/"+account+"/eu-west-1/web/tags/list", "").is(http.StatusOK, `["here"]`)
	w.ask(http.MethodGet, "/v2/"+account+"/eu-west-3/web/tags/list", "").is(http.StatusOK, `["paris"]`)
	w.ask(http.MethodGet, "/v2/"+account+"/eu-west-2/web/tags/list", "").is(http.StatusNotFound,
		`{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name 'web' does not exist in the registry with id '123456789012'"}]}`)
	w.ask(http.MethodGet, "/v2/_catalog", "").is(http.StatusOK, `{"repositories":["123456789012/eu-west-3/web","web"]}`)

	w.password = w.login(ecr.Login{
		Account: other, Region: "eu-west-1", Issued: w.now.UnixMilli(), ARN: "arn:aws:sts::999988887777:assumed-role/ci/session",
		RoleARN: "arn:aws:iam::999988887777:role/ci",
	})
	host := strings.TrimPrefix(w.URL, "http://")
	w.ask(http.MethodGet, "/v2/web/manifests/here", "").is(http.StatusForbidden, `"code":"DENIED"`,
		"User: arn:aws:sts::999988887777:assumed-role/ci/session is not authorized to perform: ecr:BatchGetImage on resource: "+
			"arn:aws:ecr:eu-west-1:123456789012:repository/web because no resource-based policy allows the ecr:BatchGetImage action. "+
			"In the account of this login the repository is "+host+"/999988887777/eu-west-1/web")
	w.ask(http.MethodPost, "/v2/web/blobs/uploads/", "").is(http.StatusForbidden, "ecr:InitiateLayerUpload")
	w.push("999988887777/eu-west-1/web", "theirs", "config of theirs")
	w.ask(http.MethodGet, "/v2/_catalog", "").is(http.StatusOK, `{"repositories":["999988887777/eu-west-1/web"]}`)
}

// ECR-16: a policy acts on logins that were given before.
func TestEachRequestAsksForItsAction(t *testing.T) {
	w := start(t, 0, "web", "source")
	role := awsapi.Caller{Account: account, Region: "eu-west-3", UserID: "AROAEXAMPLE:s", ARN: "arn:aws:sts::123456789012:assumed-role/ci/s", RoleARN: "arn:aws:iam::123456789012:role/ci"}
	w.password = w.login(ecr.Login{Account: account, Region: role.Region, UserID: role.UserID, ARN: role.ARN, RoleARN: role.RoleARN, Issued: w.now.UnixMilli()})
	digest := w.push("web", "v1", "config", "layer")
	location := w.ask(http.MethodPost, "/v2/web/blobs/uploads/", "").is(http.StatusAccepted).Header.Get("Location")
	const web = "arn:aws:ecr:eu-west-1:123456789012:repository/web"
	for _, c := range []struct{ method, path, action string }{
		{http.MethodHead, "/v2/web/blobs/" + digestOf("layer"), "BatchCheckLayerAvailability"},
		{http.MethodGet, "/v2/web/blobs/" + digestOf("layer"), "GetDownloadUrlForLayer"},
		{http.MethodDelete, "/v2/web/blobs/" + digestOf("layer"), "BatchDeleteImage"},
		{http.MethodPost, "/v2/web/blobs/uploads/", "InitiateLayerUpload"},
		{http.MethodPost, "/v2/web/blobs/uploads/?digest=" + digestOf(""), "InitiateLayerUpload"},
		{http.MethodGet, location, "UploadLayerPart"},
		{http.MethodPatch, location, "UploadLayerPart"},
		{http.MethodPut, location + "?digest=" + digestOf(""), "CompleteLayerUpload"},
		{http.MethodDelete, location, "InitiateLayerUpload"},
		{http.MethodHead, "/v2/web/manifests/v1", "BatchGetImage"},
		{http.MethodGet, "/v2/web/manifests/v1", "BatchGetImage"},
		{http.MethodGet, "/v2/web/manifests/" + digest, "BatchGetImage"},
		{http.MethodPut, "/v2/web/manifests/v2", "PutImage"},
		{http.MethodDelete, "/v2/web/manifests/v1", "BatchDeleteImage"},
		{http.MethodDelete, "/v2/web/manifests/" + digest, "BatchDeleteImage"},
		{http.MethodGet, "/v2/web/tags/list", "ListImages"},
		{http.MethodGet, "/v2/web/referrers/" + digest, "ListImageReferrers"},
		{http.MethodGet, "/v2/_catalog", "DescribeRepositories"},
	} {
		var asked []string
		w.set(func() {
			w.allow = func(_ context.Context, call awsapi.Call, wants awsapi.Access) error {
				if call.Account != account || call.Caller != role || call.RequestID == "" || "ecr:"+call.Operation != wants.Action {
					t.Errorf("the caller is %+v", call)
				}
				if call.From.Address == "" || call.From.UserAgent == "" {
					t.Errorf("the caller is at %+v", call.From)
				}
				asked = append(asked, wants.Action+" "+wants.Resource)
				return &awsapi.Denied{Principal: call.Principal(), Action: wants.Action, Resource: wants.Resource, Because: "because it is a test"}
			}
		})
		content := ""
		if c.method == http.MethodPut && c.action == "PutImage" {
			content = manifestOf("config")
		}
		got := w.ask(c.method, c.path, content, "Content-Type", ociManifest).is(http.StatusForbidden)
		resource := web
		if c.action == "DescribeRepositories" {
			resource = "arn:aws:ecr:eu-west-3:123456789012:repository/*"
		}
		if want := `{"errors":[{"code":"DENIED","message":"User: arn:aws:sts::123456789012:assumed-role/ci/s is not authorized to perform: ecr:` + c.action +
			" on resource: " + resource + ` because it is a test"}]}` + "\n"; got.text != want && c.method != http.MethodHead {
			t.Errorf("%s %s: %s", c.method, c.path, got.text)
		}
		if len(asked) != 1 || asked[0] != "ecr:"+c.action+" "+resource {
			t.Errorf("%s %s asks for %q", c.method, c.path, asked)
		}
	}
}

func TestNoPasswordIsLogged(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	w.ask(http.MethodGet, "/v2/web/manifests/v2", "").is(http.StatusNotFound)
	w.password = w.password[1:]
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusUnauthorized)
	log := w.log.String()
	if !strings.Contains(log, "level=WARN") || !strings.Contains(log, "path=/v2/web/manifests/v2 status=404") {
		t.Errorf("the log is\n%s", log)
	}
	if strings.Contains(log, w.password[:40]) {
		t.Error("the log has a password")
	}
}

// The engine shows that it gets here, and gets at nothing by that.
func TestALoginOfTheEngine(t *testing.T) {
	w := start(t, 0, "web")
	for _, path := range []string{"/v2/", "/v2/web/tags/list"} {
		req, err := http.NewRequest(http.MethodGet, w.URL+path, nil)
		w.must(err)
		req.SetBasicAuth("engine", "here")
		if got := w.send(req).is(http.StatusOK); got.text != "" {
			t.Errorf("%s answers %q", path, got.text)
		}
	}
}
