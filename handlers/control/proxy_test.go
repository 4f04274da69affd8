package control

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// knownProxy is connected and ejects one instance.
type knownProxy struct {
	discoveryARN, ejects string
	at                   time.Time
}

func (knownProxy) IsConnected() bool { return true }

func (p knownProxy) EjectedAt(discoveryARN, instance string) time.Time {
	if discoveryARN == p.discoveryARN && instance == p.ejects {
		return p.at
	}
	return time.Time{}
}

// Tasks that have not ended are shown with the endpoints that they know, also while their proxy is not connected.
func TestDiscoveryShowsProxies(t *testing.T) {
	scope := arn.Scope{Region: "us-east-1", Account: "1"}
	discoveryARN := servicediscovery.ServiceARN(scope, "srv-1234567890abcdef")
	at := time.Date(2026, 1, 31, 15, 4, 5, 0, time.UTC)
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = rows.Update(func(tx *store.Tx) error {
		for id, status := range map[string]string{"0a": state.Running, "0b": state.Pending, "0c": state.Stopped} {
			state.AddTask(tx, &state.Task{ARN: scope.Task("c", id), Placement: &state.Placement{}, Status: state.TaskStatus{LastStatus: status}, Spec: &state.TaskSpec{
				ClusterARN: scope.Cluster("c"), ServiceARN: scope.Service("c", "web"),
				Connect: &state.Connect{Endpoints: []state.ConnectEndpoint{
					{DiscoveryName: "api", DiscoveryARN: discoveryARN, DNSName: "api.shop", Port: 80, Protocol: "http"}, {DiscoveryName: "db", DNSName: "db", Port: 5432},
				}},
			}})
		}
		servicediscovery.PutService(tx, &servicediscovery.Service{ARN: discoveryARN, Name: "api"})
		for _, id := range []string{"blue", "green"} {
			servicediscovery.Register(tx, &servicediscovery.Instance{ServiceARN: discoveryARN, ID: id, Deployment: "ecs-svc/" + id, Attributes: map[string]string{
				servicediscovery.AttributeIPv4: "10.0.0.1", servicediscovery.AttributePort: "8080",
			}})
		}
		servicediscovery.SetWeights(tx, &servicediscovery.Weights{ServiceARN: discoveryARN, Shares: []servicediscovery.Share{{Deployment: "ecs-svc/blue", Weight: 90}, {Deployment: "ecs-svc/green", Weight: 10}}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	handler := Handler(Options{Store: rows, Routes: DiscoveryRoutes(DiscoveryOptions{Store: rows, Resolvers: func() []Resolver { return nil }, Proxies: func() map[string]Proxy {
		return map[string]Proxy{scope.Task("c", "0a"): knownProxy{discoveryARN, "green", at}}
	}})})
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/_emulator/discovery", nil))
	var said struct {
		Proxies json.RawMessage `json:"proxies"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	proxy := func(id, connected, ejected string) string {
		return `{"task":"` + scope.Task("c", id) + `","connected":` + connected + `,"endpoints":[` +
			`{"discoveryName":"api","name":"api.shop","port":80,"protocol":"http","targets":[` +
			`{"id":"blue","address":"10.0.0.1:8080","deployment":"ecs-svc/blue"},{"id":"green","address":"10.0.0.1:8080","deployment":"ecs-svc/green"` + ejected + `}],` +
			`"weights":[{"deployment":"ecs-svc/blue","weight":90},{"deployment":"ecs-svc/green","weight":10}]},` +
			`{"discoveryName":"db","name":"db","port":5432,"protocol":"tcp","targets":[]}]}`
	}
	want := "[" + proxy("0a", "true", `,"ejectedAt":"2026-01-31T15:04:05Z"`) + "," + proxy("0b", "false", "") + "]"
	if got := strings.Join(strings.Fields(string(said.Proxies)), ""); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
