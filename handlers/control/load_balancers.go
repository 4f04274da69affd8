package control

import "net/http"

// LoadBalancers is the answer of GET /_emulator/loadbalancers: those that have a listener, of
// all accounts and regions.
type LoadBalancers struct {
	LoadBalancers []LoadBalancer `json:"loadBalancers"`
}

// LoadBalancer is one, and where it is reached.
type LoadBalancer struct {
	ARN       string     `json:"loadBalancerArn"`
	DNSName   string     `json:"dnsName"` // in its VPC, and over the endpoint as an HTTP proxy
	Address   string     `json:"address"` // on the engine's network
	Listeners []Listener `json:"listeners"`
}

// Listener is one that is ready.
type Listener struct {
	ARN            string   `json:"listenerArn"`
	Protocol       string   `json:"protocol"`
	Port           int      `json:"port"`
	LocalAddresses []string `json:"localAddresses"` // 127.0.0.1:80, or another port where that one is taken
}

// localAddresses are those of all listeners, by their ARNs.
func (a *api) localAddresses() map[string][]string {
	local := map[string][]string{}
	for _, b := range a.LoadBalancers() {
		for _, l := range b.Listeners {
			local[l.ARN] = l.LocalAddresses
		}
	}
	return local
}

// loadBalancers serves GET /_emulator/loadbalancers.
func (a *api) loadBalancers(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, LoadBalancers{a.LoadBalancers()})
}
