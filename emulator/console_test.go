package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

const consolePath = "/_emulator/console"

// browse sends a request as a browser does, and follows no redirect.
func (w *world) browse(method, path string, fields url.Values, headers map[string]string) (status int, header http.Header, body string) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.srv.URL()+path, strings.NewReader(fields.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Origin", w.srv.URL())
	}
	for name, value := range headers {
		if name == "Host" {
			r.Host = value
		} else if r.Header.Set(name, value); value == "" {
			r.Header.Del(name)
		}
	}
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// act sends a form of the console, and returns the page that it leads to, or that it is answered with.
func (w *world) act(path, action string, members ...string) (status int, body string) {
	w.Helper()
	fields := url.Values{"action": {action}}
	for i := 0; i+1 < len(members); i += 2 {
		fields.Set(members[i], members[i+1])
	}
	status, header, body := w.browse(http.MethodPost, path, fields, nil)
	if status == http.StatusSeeOther {
		_, _, body = w.browse(http.MethodGet, header.Get("Location"), nil, nil)
	}
	return status, body
}

// consolePage is a page of the console, which is there.
func (w *world) consolePage(path string) string {
	w.Helper()
	status, header, body := w.browse(http.MethodGet, consolePath+path, nil, nil)
	if status != http.StatusOK || header.Get("Content-Security-Policy") == "" {
		w.Fatalf("%s: status %d: %s", path, status, body)
	}
	return body
}

func (w *world) expectIn(body string, texts ...string) {
	w.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			w.Errorf("there is no %q in %s", text, body)
		}
	}
}

// shopService makes a service of two tasks in the cluster default.
func (w *world) shopService(name string) {
	w.Helper()
	w.createService(name, w.register("web", "app"), 2)
	w.eventually("two tasks run", func() bool { return w.service(name).RunningCount == 2 })
}

func TestABrowserIsLedToTheConsole(t *testing.T) {
	t.Parallel()
	w := start(t)
	status, header, _ := w.browse(http.MethodGet, "/", nil, nil)
	if status != http.StatusSeeOther || header.Get("Location") != consolePath {
		t.Errorf("GET / of a browser: %d, %s", status, header.Get("Location"))
	}
	for name, c := range map[string]struct {
		path    string
		headers map[string]string
	}{
		"a client":         {"/", map[string]string{"Accept": "*/*"}},
		"with a query":     {"/?Action=ListUsers&Version=2010-05-08", nil},
		"a signed request": {"/", map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/20260131/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"}},
	} {
		if status, header, _ := w.browse(http.MethodGet, c.path, nil, c.headers); header.Get("Location") != "" {
			t.Errorf("%s is led to the console: %d", name, status)
		}
	}
	for _, host := range []string{"bucket.s3.amazonaws.com", "ecs.us-east-1.api.aws"} {
		if status, header, _ := w.browse(http.MethodGet, "/", nil, map[string]string{"Host": host}); header.Get("Location") != "" {
			t.Errorf("Host %s, which the console does not answer, is led there: %d", host, status)
		}
	}
	for host, want := range map[string]int{
		"evil.example": http.StatusForbidden, "bucket.s3.amazonaws.com": http.StatusForbidden, "ecs.us-east-1.api.aws": http.StatusForbidden,
		"ecs.cn-north-1.amazonaws.com.cn": http.StatusForbidden, "localhost": http.StatusOK, "ecs-emulator": http.StatusOK, "web.localhost": http.StatusOK,
	} {
		status, header, body := w.browse(http.MethodGet, consolePath, nil, map[string]string{"Host": host})
		if status != want || header.Get("Content-Security-Policy") == "" {
			t.Errorf("Host %s: status %d, want %d: %s", host, status, want, body)
		}
	}
}

func TestModesOfTheConsole(t *testing.T) {
	t.Parallel()
	for mode, want := range map[emulator.ConsoleMode]struct {
		get, post, root int
		url             bool
	}{
		emulator.ConsoleOn:   {http.StatusOK, http.StatusBadRequest, http.StatusSeeOther, true},
		emulator.ConsoleRead: {http.StatusOK, http.StatusForbidden, http.StatusSeeOther, true},
		emulator.ConsoleOff:  {http.StatusNotFound, http.StatusNotFound, 0, false},
	} {
		w := start(t, emulator.Options{Console: mode})
		get, _, _ := w.browse(http.MethodGet, consolePath, nil, nil)
		post, _, _ := w.browse(http.MethodPost, consolePath, nil, nil)
		root, header, _ := w.browse(http.MethodGet, "/", nil, nil)
		if get != want.get || post != want.post || want.root != 0 && root != want.root || want.root == 0 && header.Get("Location") != "" || (w.srv.ConsoleURL() != "") != want.url {
			t.Errorf("%s: GET %d, POST %d, GET / %d, URL %s", mode, get, post, root, w.srv.ConsoleURL())
		}
	}
	if _, err := emulator.New(emulator.Options{Console: "maybe"}); err == nil || !strings.Contains(err.Error(), "use on, read or off") {
		t.Errorf("a mode that there is not: %v", err)
	}
}

func TestActionsOfTheConsole(t *testing.T) {
	t.Parallel()
	for _, mode := range []emulator.AccessMode{emulator.AccessOff, emulator.AccessLog, emulator.AccessEnforce} {
		t.Run(string(mode), func(t *testing.T) {
			w := start(t, emulator.Options{IAM: mode})
			w.shopService("web")
			second := w.register("web", "app:2")
			service := consolePath + "/services/default/web"

			status, body := w.act(service, "UpdateService", "desiredCount", "3")
			if w.expectIn(body, `name="desiredCount" value="3"`); status != http.StatusSeeOther {
				t.Errorf("desiredCount: %d", status)
			}
			status, body = w.act(service, "UpdateService", "taskDefinition", "web:7")
			if w.expectIn(body, "<strong>ClientException</strong>", `id="refused"`); status != http.StatusBadRequest {
				t.Errorf("an unknown revision: %d", status)
			}
			status, body = w.act(service, "UpdateService", "taskDefinition", second[strings.LastIndex(second, "/")+1:], "forceNewDeployment", "true")
			if w.expectIn(body, "web:2", "PRIMARY"); status != http.StatusSeeOther {
				t.Errorf("taskDefinition: %d", status)
			}
			out, err := w.client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"web"}})
			if err != nil || out.Services[0].DesiredCount != 3 || *out.Services[0].TaskDefinition != second {
				t.Errorf("the service is %+v, %v", out, err)
			}

			task := w.runTask(second)
			id := task[strings.LastIndex(task, "/")+1:]
			path := consolePath + "/tasks/default/" + id
			status, body = w.act(path, "StopTask", "reason", "the console's test")
			if w.expectIn(body, "Stop task "+id[:8]+"?", `name="confirmed" value="yes"`, "Yes, stop the task"); status != http.StatusOK || *w.task(task).DesiredStatus != "RUNNING" {
				t.Errorf("StopTask does not ask first: %d", status)
			}
			status, body = w.act(path, "StopTask", "reason", "the console's test", "confirmed", "yes")
			if w.expectIn(body, "the console&#39;s test"); status != http.StatusSeeOther || *w.task(task).DesiredStatus != "STOPPED" {
				t.Errorf("StopTask: %d", status)
			}
			status, body = w.act(consolePath+"/clusters/default", "RunTask", "cluster", "default", "taskDefinition", "web:2", "count", "1", "launchType", "FARGATE", "subnets", network().AwsvpcConfiguration.Subnets[0])
			if w.expectIn(body, "Task of family:web"); status != http.StatusSeeOther {
				t.Errorf("RunTask: %d %s", status, body)
			}
			if status, body = w.act(consolePath+"/clusters/default", "RunTask", "cluster", "default", "taskDefinition", "web:2", "count", "0", "launchType", "FARGATE"); status != http.StatusBadRequest {
				t.Errorf("RunTask of none: %d %s", status, body)
			}
		})
	}
}

// TestTextIsNeverMarkup is the attack on LocalStack's dashboard (CON5): script where a name, a tag, a reason or a line of output
// stands, and then forged requests.
func TestTextIsNeverMarkup(t *testing.T) {
	t.Parallel()
	const script = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	w := start(t)
	w.shopService("web")
	ctx := t.Context()
	task := w.runTask(w.register("web", "app"))
	if _, err := w.client.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: &task, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("<b>@")}}}); err != nil {
		t.Logf("tags have no such characters: %v", err)
	}
	if _, err := w.client.StopTask(ctx, &ecs.StopTaskInput{Task: &task, Reason: aws.String(script)}); err != nil {
		t.Fatal(err)
	}
	id := task[strings.LastIndex(task, "/")+1:]
	for _, path := range []string{
		"", "/clusters/default", "/clusters/default?status=STOPPED", "/services/default/web", "/services/default/web?show=logs", "/tasks/default/" + id,
		"/clusters/default?q=" + url.QueryEscape(script),
	} {
		body := w.consolePage(path)
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img") || strings.Contains(body, " style=") {
			t.Errorf("%s has markup of others: %s", path, body)
		}
	}
	w.expectIn(w.consolePage("/tasks/default/"+id), "&lt;script&gt;alert(1)&lt;/script&gt;")
	for _, path := range []string{"/" + url.PathEscape(script), "/services/default/" + url.PathEscape(script), "/tasks/" + url.PathEscape(script) + "/x", "?after=" + url.QueryEscape(script), "/clusters/default?status=" + url.QueryEscape(script)} {
		status, header, body := w.browse(http.MethodGet, consolePath+path, nil, nil)
		if status != http.StatusNotFound && status != http.StatusBadRequest || strings.Contains(body, "<script>") || strings.Contains(body, "<img") || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for name, headers := range map[string]map[string]string{
		"of another origin":                {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"of another port":                  {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8080"},
		"without an origin":                {"Sec-Fetch-Site": "", "Origin": ""},
		"of a name that leads here":        {"Host": "evil.example", "Origin": "http://evil.example"},
		"of a bucket whose name is known":  {"Host": "x.s3.amazonaws.com", "Origin": "http://x.s3.amazonaws.com"},
		"of a page that claims its origin": {"Sec-Fetch-Site": "", "Origin": "http://evil.example"},
	} {
		status, header, _ := w.browse(http.MethodPost, consolePath+"/services/default/web", url.Values{"action": {"UpdateService"}, "desiredCount": {"0"}}, headers)
		if status != http.StatusForbidden || header.Get("Content-Security-Policy") == "" {
			t.Errorf("a form %s: %d", name, status)
		}
	}
	out, err := w.client.DescribeServices(ctx, &ecs.DescribeServicesInput{Services: []string{"web"}})
	if err != nil || out.Services[0].DesiredCount != 2 {
		t.Errorf("a forged form changed the service: %v %v", out.Services, err)
	}
}

func TestADeletedServiceSaysSo(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.shopService("web")
	w.expectIn(w.consolePage("/services/default/web"), "2 of 2 tasks are RUNNING")
	if _, err := w.client.DeleteService(t.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	w.expectIn(w.consolePage("/services/default/web"), "The service was deleted at ")
	if status, _, body := w.browse(http.MethodGet, consolePath+"/services/default/other", nil, nil); status != http.StatusNotFound || !strings.Contains(body, "there is no service other in cluster default") {
		t.Errorf("%d %s", status, body)
	}
}

func TestRegionsAreChosenOnceThereAreTwo(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.shopService("web")
	if body := w.consolePage(""); strings.Contains(body, "region=") {
		t.Errorf("there is one region: %s", body)
	}
	config := w.srv.Config()
	config.Region = "eu-central-1"
	if _, err := ecs.NewFromConfig(config).CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("europe")}); err != nil {
		t.Fatal(err)
	}
	w.expectIn(w.consolePage(""), "account=000000000000&amp;region=eu-central-1", ">default</a>")
	w.expectIn(w.consolePage("?region=eu-central-1"), "/_emulator/console/clusters/europe?account=000000000000&amp;region=eu-central-1")
}

func TestAStreamFollowsADeployment(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.shopService("web")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.srv.URL()+consolePath+"/services/default/web", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	w.act(consolePath+"/services/default/web", "UpdateService", "desiredCount", "5")
	var got strings.Builder
	buffer := make([]byte, 64<<10)
	for !strings.Contains(got.String(), "5 of 5 tasks are RUNNING") {
		n, err := answer.Body.Read(buffer)
		if got.Write(buffer[:n]); err != nil {
			t.Fatalf("%v: %s", err, got.String())
		}
	}
	_, metrics := send(t, mustRequest(t, w.srv.URL()+"/metrics"))
	w.expectIn(metrics, fmt.Sprintf("# TYPE %s counter", "ecs_emulator_console_renders_total"))
}

func mustRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
