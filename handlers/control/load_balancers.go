package control

import (
	"log/slog"
	"net/http"
)

// LoadBalancers is the answer of GET /_emulator/loadbalancers: those that have a listener, of
// all accounts and regions.
type LoadBalancers struct {
	LoadBalancers []LoadBalancer `json:"loadBalancers"`
}

// LoadBalancer is one, and where it is reached.
type LoadBalancer struct {
	ARN       string     `json:"loadBalancerArn"`
	DNSName   string     `json:"dnsName"`          // in its VPC, and over the endpoint as an HTTP proxy
	Address   string     `json:"address"`          // on the engine's network
	Engine    string     `json:"engine,omitempty"` // by name, where several run tasks
	Listeners []Listener `json:"listeners"`
}

type Listener struct {
	ARN            string   `json:"listenerArn"`
	Protocol       string   `json:"protocol"`
	Port           int      `json:"port"`
	LocalAddresses []string `json:"localAddresses"` // 127.0.0.1:80, or another port where that one is taken
}

// LoadBalancerRoutes list load balancers, and where they are reached.
func LoadBalancerRoutes(list func() []LoadBalancer, log *slog.Logger) []Route {
	return []Route{{"loadbalancers", reading, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, LoadBalancers{list()}, log)
	}}}
}

// localAddresses are the local addresses of all listeners, by their ARNs.
func localAddresses(all []LoadBalancer) map[string][]string {
	local := map[string][]string{}
	for _, b := range all {
		for _, l := range b.Listeners {
			local[l.ARN] = l.LocalAddresses
		}
	}
	return local
}
