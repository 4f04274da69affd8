package emulator_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// cloudMap calls an operation of Cloud Map with an input, both named as in the service's model.
type cloudMap func(operation string, input map[string]any) (map[string]any, error)

// newCloudMap makes a client that reaches the emulator through a proxy, with the prefix or without.
type newCloudMap func(t *testing.T, srv *emulator.Server, proxy string, prefix bool) cloudMap

// What puts data- before the host of some operations gets there as what does not, where its names are found.
func TestClientsOfCloudMap(t *testing.T) {
	t.Parallel()
	requireCLI(t)
	for name, client := range map[string]newCloudMap{"AWS CLI": cliOfCloudMap(startCLI(t)), "boto3": boto3OfCloudMap, "Go": goOfCloudMap} {
		for _, prefix := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, prefix %t", name, prefix), func(t *testing.T) {
				t.Parallel()
				srv := emulator.Start(t)
				hosts, front := newHostNames(t, srv)
				fromNamespaceToInstance(t, client(t, srv, front, prefix))
				hosts.check(prefix)
			})
		}
	}
}

// fromNamespaceToInstance makes a namespace, a service and an instance, finds it, and removes all three.
func fromNamespaceToInstance(t *testing.T, cloudMap cloudMap) {
	t.Helper()
	call := func(operation string, input map[string]any) map[string]any {
		t.Helper()
		answer, err := cloudMap(operation, input)
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		return answer
	}
	made := call("CreateHttpNamespace", map[string]any{"Name": "shop"})
	operation := call("GetOperation", map[string]any{"OperationId": made["OperationId"]})["Operation"].(map[string]any)
	namespace := operation["Targets"].(map[string]any)["NAMESPACE"]
	service := call("CreateService", map[string]any{"Name": "api", "NamespaceId": namespace})["Service"].(map[string]any)["Id"]
	call("RegisterInstance", map[string]any{
		"ServiceId": service, "InstanceId": "one", "Attributes": map[string]string{"AWS_INSTANCE_IPV4": "10.0.0.1"},
	})

	api := map[string]any{"NamespaceName": "shop", "ServiceName": "api"}
	found := call("DiscoverInstances", api)
	if list := found["Instances"].([]any); len(list) != 1 || list[0].(map[string]any)["Attributes"].(map[string]any)["AWS_INSTANCE_IPV4"] != "10.0.0.1" {
		t.Errorf("it finds %v", list)
	}
	if revision := call("DiscoverInstancesRevision", api)["InstancesRevision"]; revision != found["InstancesRevision"] {
		t.Errorf("revision %v of instances of the revision %v", revision, found["InstancesRevision"])
	}

	call("DeregisterInstance", map[string]any{"ServiceId": service, "InstanceId": "one"})
	if left := call("DiscoverInstances", api)["Instances"].([]any); len(left) > 0 {
		t.Errorf("it finds %v", left)
	}
	call("DeleteService", map[string]any{"Id": service})
	call("DeleteNamespace", map[string]any{"Id": namespace})
	if left := call("ListNamespaces", map[string]any{})["Namespaces"].([]any); len(left) > 0 {
		t.Errorf("namespaces are left: %v", left)
	}
}

// hostNames is a proxy of HTTP that leads each name to the emulator, as a resolver that knows data-localhost would,
// and notes the names.
type hostNames struct {
	*testing.T
	mu    sync.Mutex
	known map[string][]string // hosts, by operation
}

func newHostNames(t *testing.T, srv *emulator.Server) (h *hostNames, url string) {
	h = &hostNames{T: t, known: map[string][]string{}}
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", strings.TrimPrefix(srv.URL(), "http://")
		r.Out.Host = r.In.Host
		_, operation, _ := strings.Cut(r.In.Header.Get("X-Amz-Target"), ".")
		h.mu.Lock()
		defer h.mu.Unlock()
		h.known[operation] = append(h.known[operation], r.In.Host)
	}})
	t.Cleanup(front.Close)
	return h, front.URL
}

// check compares the hosts of all calls with the one that clients were told. Source: the service model of Cloud Map,
// in which two operations have a prefix.
func (h *hostNames) check(prefix bool) {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for operation, hosts := range h.known {
		want := "localhost:4577"
		if prefix && strings.HasPrefix(operation, "Discover") {
			want = "data-localhost:4577"
		}
		if slices.ContainsFunc(hosts, func(host string) bool { return host != want }) {
			h.Errorf("%s asks %q, want %s", operation, hosts, want)
		}
	}
	if len(h.known["DiscoverInstances"]) != 2 || len(h.known["DiscoverInstancesRevision"]) != 1 {
		h.Errorf("calls %v", h.known)
	}
}

const toldEndpoint = "http://localhost:4577" // no matter what listens there: all goes through the proxy

// throughProxy are the variables of the AWS CLI and of boto3.
func throughProxy(proxy string, prefix bool) map[string]string {
	variables := cliVariables()
	variables["AWS_ENDPOINT_URL"], variables["http_proxy"] = toldEndpoint, proxy
	variables["AWS_DISABLE_HOST_PREFIX_INJECTION"] = strconv.FormatBool(!prefix)
	return variables
}

var wordBegins = regexp.MustCompile(`([a-z])([A-Z])`)

// cliOfCloudMap calls with commands of a CLI that stays loaded.
func cliOfCloudMap(c awsCLI) newCloudMap {
	return func(t *testing.T, _ *emulator.Server, proxy string, prefix bool) cloudMap {
		return func(operation string, input map[string]any) (map[string]any, error) {
			text, err := json.Marshal(input)
			if err != nil {
				return nil, err
			}
			command := strings.ToLower(wordBegins.ReplaceAllString(operation, "$1-$2"))
			answer, err := c.run(cliCommand{
				Args: []string{"servicediscovery", command, "--cli-input-json", string(text), "--output", "json"},
				Env:  throughProxy(proxy, prefix), Dir: t.TempDir(),
			})
			switch {
			case err != nil:
				return nil, err
			case answer.Code != 0:
				return nil, errors.New(answer.Stderr)
			case strings.TrimSpace(answer.Stdout) == "": // an output without members
				return nil, nil
			}
			return decodedAnswer([]byte(answer.Stdout))
		}
	}
}

func boto3OfCloudMap(t *testing.T, _ *emulator.Server, proxy string, prefix bool) cloudMap {
	requireBoto3(t)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "python3", filepath.Join(pythonFolder, "calls.py")) // it ends with its input
	cmd.Env, cmd.Stderr = append(os.Environ(), "no_proxy=", "NO_PROXY=", "PYTHONDONTWRITEBYTECODE=1"), t.Output()
	for name, value := range throughProxy(proxy, prefix) {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
	})
	answers := bufio.NewReader(out)
	return func(operation string, input map[string]any) (map[string]any, error) {
		method := strings.ToLower(wordBegins.ReplaceAllString(operation, "${1}_$2"))
		if err := json.NewEncoder(in).Encode([]any{method, input}); err != nil {
			return nil, err
		}
		answer, err := answers.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		return decodedAnswer(answer)
	}
}

// goOfCloudMap calls with the configuration that leaves the prefix out, or without that part of it.
func goOfCloudMap(t *testing.T, srv *emulator.Server, proxy string, prefix bool) cloudMap {
	front, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	config := srv.Config()
	config.BaseEndpoint = aws.String(toldEndpoint)
	config.HTTPClient = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(front)}}
	if prefix {
		config.APIOptions = nil
	}
	client := reflect.ValueOf(servicediscovery.NewFromConfig(config))
	return func(operation string, input map[string]any) (map[string]any, error) {
		method := client.MethodByName(operation)
		in := reflect.New(method.Type().In(1).Elem())
		text, err := json.Marshal(input)
		if err == nil {
			err = json.Unmarshal(text, in.Interface())
		}
		if err != nil {
			return nil, err
		}
		results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
		if err, failed := reflect.TypeAssert[error](results[1]); failed {
			return nil, err
		}
		answer, err := json.Marshal(results[0].Interface())
		if err != nil {
			return nil, err
		}
		return decodedAnswer(answer)
	}
}

// decodedAnswer keeps numbers as they are written: revisions have more digits than a float64 holds.
func decodedAnswer(text []byte) (answer map[string]any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return answer, decoder.Decode(&answer)
}
