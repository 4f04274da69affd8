package emulator_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery"
	"github.com/aws/aws-sdk-go-v2/service/servicediscovery/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// Names of Cloud Map are answered for on the host, and in Go.
func TestNamesOnTheHost(t *testing.T) {
	t.Parallel()
	srv, err := emulator.New(emulator.Options{DNS: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	api := servicediscovery.NewFromConfig(srv.Config())
	made, err := api.CreatePrivateDnsNamespace(t.Context(), &servicediscovery.CreatePrivateDnsNamespaceInput{Name: aws.String("shop.local"), Vpc: aws.String("vpc-0ec5e3a1a70000001")})
	if err != nil {
		t.Fatal(err)
	}
	operation, err := api.GetOperation(t.Context(), &servicediscovery.GetOperationInput{OperationId: made.OperationId})
	if err != nil {
		t.Fatal(err)
	}
	service, err := api.CreateService(t.Context(), &servicediscovery.CreateServiceInput{
		Name: aws.String("api"), NamespaceId: aws.String(operation.Operation.Targets["NAMESPACE"]),
		DnsConfig: &types.DnsConfig{DnsRecords: []types.DnsRecord{{Type: types.RecordTypeSrv, TTL: aws.Int64(10)}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = api.RegisterInstance(t.Context(), &servicediscovery.RegisterInstanceInput{
		ServiceId: service.Service.Id, InstanceId: aws.String("one"), Attributes: map[string]string{"AWS_INSTANCE_IPV4": "10.0.0.9", "AWS_INSTANCE_PORT": "8080"},
	})
	if err == nil {
		err = srv.AdvanceWhile(t.Context(), time.Second) // when all is done
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, network := range []string{"udp", "tcp"} {
		host := asking(srv, network)
		_, records, err := host.LookupSRV(t.Context(), "", "", "api.shop.local.")
		if err != nil || len(records) != 1 || *records[0] != (net.SRV{Target: "one.api.shop.local.", Port: 8080, Priority: 1, Weight: 1}) {
			t.Errorf("SRV over %s: %+v, %v", network, records, err)
		}
		if all, err := host.LookupHost(t.Context(), "one.api.shop.local."); err != nil || !slices.Equal(all, []string{"10.0.0.9"}) {
			t.Errorf("A over %s: %q, %v", network, all, err)
		}
	}
	if all, err := srv.Resolve("API.shop.local"); err != nil || !slices.Equal(all, []netip.Addr{netip.MustParseAddr("10.0.0.9")}) {
		t.Errorf("Resolve = %v, %v", all, err)
	}
	var missing *net.DNSError
	if _, err := srv.Resolve("web.shop.local"); !errors.As(err, &missing) || !missing.IsNotFound {
		t.Errorf("Resolve of a name that is none: %v", err)
	}
	shown, err := http.Get(srv.URL() + "/_emulator/discovery")
	if err != nil {
		t.Fatal(err)
	}
	defer shown.Body.Close()
	var said map[string]any
	if err := json.NewDecoder(shown.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(said)
	for _, part := range []string{`"name":"shop.local"`, `"id":"one"`, `"connected":true`, `"health":"UNKNOWN"`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the discovery lacks %s: %s", part, text)
		}
	}
}
