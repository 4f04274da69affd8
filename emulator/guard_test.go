package emulator_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// createCluster is a request that a browser sends without asking first, but for its
// target: the emulator must not depend on what browsers ask.
func createCluster(t *testing.T, url string, header map[string]string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"clusterName":"evil"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.CreateCluster")
	r.Header.Set("Content-Type", "text/plain")
	for name, value := range header {
		if name == "Host" {
			r.Host = value
		}
		r.Header.Set(name, value)
	}
	return r
}

func send(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestWebPagesAreKeptOut(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	w := start(t, emulator.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	w.runTask(w.register("web", "app"))
	form := "application/x-www-form-urlencoded"
	for name, c := range map[string]struct {
		path   string
		header map[string]string
		body   string // part of the answer
		log    string // part of the line
	}{
		"form of another origin": {"/", map[string]string{"Origin": "https://evil.example", "Content-Type": form}, "<Code>AccessDeniedException</Code>", "(https://evil.example)"},
		"text of another origin": {"/", map[string]string{"Origin": "https://evil.example"}, `{"__type":"AccessDeniedException","message":"refused: `, "(https://evil.example)"},
		"another site":           {"/", map[string]string{"Sec-Fetch-Site": "cross-site"}, `"AccessDeniedException"`, "(Sec-Fetch-Site: cross-site)"},
		"rebound name":           {"/", map[string]string{"Host": "evil.example:4577", "Origin": "http://evil.example:4577", "Sec-Fetch-Site": "same-origin"}, `"AccessDeniedException"`, "--allowed-hosts evil.example "},
		"reset":                  {"/_emulator/reset", map[string]string{"Origin": "https://evil.example"}, "{\n  \"error\": \"refused: ", "(https://evil.example)"},
		"reset, rebound name":    {"/_emulator/reset", map[string]string{"Host": "evil.example"}, "{\n  \"error\": \"refused: ", "--allowed-hosts evil.example "},
		"metrics":                {"/metrics", map[string]string{"Host": "evil.example"}, `"AccessDeniedException"`, "--allowed-hosts evil.example "},
	} {
		before := len(log.String())
		status, body := send(t, createCluster(t, w.srv.URL()+c.path, c.header))
		if status != http.StatusForbidden || !strings.Contains(body, c.body) {
			t.Errorf("%s: got %d %s", name, status, body)
		}
		lines := log.String()[before:]
		if strings.Count(lines, "request refused") != 1 || !strings.Contains(lines, c.log) {
			t.Errorf("%s: log\n%s", name, lines)
		}
	}
	clusters, err := w.client.ListClusters(t.Context(), &ecs.ListClustersInput{})
	w.must(err)
	tasks, err := w.client.ListTasks(t.Context(), &ecs.ListTasksInput{})
	w.must(err)
	if len(clusters.ClusterArns) != 1 || len(tasks.TaskArns) != 1 {
		t.Errorf("got clusters %q, tasks %q", clusters.ClusterArns, tasks.TaskArns)
	}
}

// at is the SDK's configuration for a host name that leads to srv.
func at(srv *emulator.Server, host string) aws.Config {
	address := strings.TrimPrefix(srv.URL(), "http://")
	_, port, _ := net.SplitHostPort(address)
	config := srv.Config()
	config.BaseEndpoint = aws.String("http://" + net.JoinHostPort(host, port))
	config.HTTPClient = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
		DisableKeepAlives: true,
	}}
	return config
}

func TestClientsReachTheEmulatorByName(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{AllowedHosts: []string{"ECS.corp.example"}})
	for _, host := range []string{
		"127.0.0.1", "::1", "localhost", "ecs.localhost", "ecs-emulator", "host.docker.internal",
		"ecs.us-east-1.amazonaws.com", "ecs.corp.example", "ecs.corp.example.",
	} {
		if _, err := ecs.NewFromConfig(at(srv, host)).ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// A client that is told a name which has to be allowed says so.
func TestClientsShowWhichHostToAllow(t *testing.T) {
	t.Parallel()
	config := at(emulator.Start(t), "ecs.corp.example")
	const want = "--allowed-hosts ecs.corp.example "
	_, err := ecs.NewFromConfig(config).ListClusters(t.Context(), &ecs.ListClustersInput{})
	var denied *types.AccessDeniedException
	if !errors.As(err, &denied) || !strings.Contains(denied.ErrorMessage(), want) {
		t.Errorf("ECS: got %v", err)
	}
	_, err = sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	var refusal smithy.APIError
	if !errors.As(err, &refusal) || refusal.ErrorCode() != "AccessDeniedException" || !strings.Contains(refusal.ErrorMessage(), want) {
		t.Errorf("STS: got %v", err)
	}
	_, err = ec2.NewFromConfig(config).DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{})
	if !errors.As(err, &refusal) || refusal.ErrorCode() != "AccessDeniedException" || !strings.Contains(refusal.ErrorMessage(), want) {
		t.Errorf("EC2: got %v", err)
	}
}

// A server of the user's own protects its handler as the emulator's does.
func TestHandlerKeepsWebPagesOut(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(emulator.Start(t).Handler())
	defer server.Close()
	for _, header := range []map[string]string{{"Host": "evil.example"}, {"Origin": "https://evil.example"}} {
		if status, body := send(t, createCluster(t, server.URL, header)); status != http.StatusForbidden {
			t.Errorf("%v: got %d %s", header, status, body)
		}
	}
	if status, body := send(t, createCluster(t, server.URL, nil)); status != http.StatusOK {
		t.Errorf("got %d %s", status, body)
	}
}

func TestHostsThatCannotBeAllowed(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(emulator.Options{AllowedHosts: []string{"*.example"}})
	if err == nil || !strings.Contains(err.Error(), `allowed host "*.example" is no host name`) {
		t.Errorf("got %v", err)
	}
}
