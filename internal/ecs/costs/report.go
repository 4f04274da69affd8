// Package costs has the answer to what a run of the emulator would have cost on AWS: the answer of
// GET /_emulator/costs and of Server.Costs. Package ledger keeps the sums, package bill makes a report of them,
// package price knows prices, and package compare prices the same tasks elsewhere.
package costs

import "time"

// Report is what a run would have cost. Times are of the emulator's clock; hours, seconds and GB are numbers, money is
// US dollars. A cost is nil where a price is not known; Unpriced names that then.
type Report struct {
	// From is the start of a period of the ledger: an hour of the clock, or a day once that is two days old.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// RealSeconds is how much of that time the emulator has run, by the clock of the machine, since it started.
	RealSeconds float64 `json:"realSeconds"`
	Currency    string  `json:"currency"` // USD
	// Total is the sum of the usage of Services and Standalone, of Instances, LoadBalancers, PublicAddresses, NATGateways and Logs.
	// What has no price is not in it.
	Total float64 `json:"total"`
	// PerHour is Total by the hours from From to To, and Per730Hours what that comes to in AWS's month.
	PerHour         float64         `json:"perHour"`
	Per730Hours     float64         `json:"per730Hours"`
	Prices          Prices          `json:"prices"`
	Services        []Service       `json:"services"`
	Standalone      []Standalone    `json:"standalone"`
	Instances       []Instances     `json:"instances"`
	LoadBalancers   []LoadBalancer  `json:"loadBalancers"`
	PublicAddresses PublicAddresses `json:"publicAddresses"`
	NATGateways     NATGateways     `json:"natGateways"`
	Logs            Logs            `json:"logs"`
	Compare         Compare         `json:"compare"`
	NotCounted      []NotCounted    `json:"notCounted"`
	Unpriced        []Unpriced      `json:"unpriced"`
	Warnings        []string        `json:"warnings"`
}

// Apart returns what tells things of the same name apart that are in several regions or accounts: " in eu-west-1 of 111122223333".
// It is empty where the report has one region and one account. Instances have no account.
func (r *Report) Apart() func(Place) string {
	accounts, regions := map[string]bool{}, map[string]bool{}
	note := func(p Place) {
		regions[p.Region] = true
		if p.Account != "" {
			accounts[p.Account] = true
		}
	}
	for i := range r.Services {
		note(r.Services[i].Place)
	}
	for i := range r.Standalone {
		note(r.Standalone[i].Place)
	}
	for i := range r.Instances {
		note(Place{Region: r.Instances[i].Region})
	}
	for i := range r.LoadBalancers {
		note(r.LoadBalancers[i].Place)
	}
	return func(p Place) (text string) {
		if len(regions) > 1 {
			text = " in " + p.Region
		}
		if len(accounts) > 1 && p.Account != "" {
			text += " of " + p.Account
		}
		return text
	}
}

// Prices is where the prices come from.
type Prices struct {
	Source string `json:"source"`
	AsOf   string `json:"asOf"`           // a date such as 2026-09-29
	File   string `json:"file,omitempty"` // of --prices
}

// Place is where something is, of which there may be another one of the same name elsewhere.
type Place struct {
	Account string `json:"account"`
	Region  string `json:"region"`
}

// Service is what the tasks of a service cost. A deleted one stays in the list.
type Service struct {
	Place
	ClusterName string       `json:"clusterName"`
	ServiceName string       `json:"serviceName"`
	Cost        *float64     `json:"cost"` // of its usage on Fargate, nil if some has no price; instances are billed as such
	Usage       []Usage      `json:"usage"`
	Deployments []Deployment `json:"deployments"` // the newest first
}

// Standalone is what the tasks of a family cost that belong to no service.
type Standalone struct {
	Place
	ClusterName string   `json:"clusterName"`
	Family      string   `json:"family"`
	Cost        *float64 `json:"cost"`
	Usage       []Usage  `json:"usage"`
}

// Usage is what tasks used of one capacity and architecture.
type Usage struct {
	Capacity     string `json:"capacity"`     // FARGATE, FARGATE_SPOT or EC2
	Architecture string `json:"architecture"` // X86_64 or ARM64
	Tasks        int64  `json:"tasks"`        // that began to be billed since From
	// TaskSeconds are billed ones: from the start of the pull to the end, rounded up, a minute at least.
	TaskSeconds int64 `json:"taskSeconds"`
	// StartSeconds are the part of TaskSeconds from the start of the pull to RUNNING, or to the end of a task that never ran.
	StartSeconds   int64   `json:"startSeconds"`
	VCPUHours      float64 `json:"vCPUHours"`
	GBHours        float64 `json:"gbHours"`
	StorageGBHours float64 `json:"storageGBHours"` // of ephemeral storage above 20 GB
	// Cost is nil on EC2, where instances are billed, and where a price is not known.
	Cost *float64 `json:"cost"`
}

// Deployment is what a deployment of a service ran beyond the service's desired count while it went on.
type Deployment struct {
	// ServiceDeploymentARN is the ARN of a service deployment.
	ServiceDeploymentARN string    `json:"serviceDeploymentArn"`
	TaskDefinition       string    `json:"taskDefinition"` // family:revision
	Status               string    `json:"status"`
	StartedAt            time.Time `json:"startedAt,omitzero"`
	FinishedAt           time.Time `json:"finishedAt,omitzero"`
	// TaskSeconds are billed ones of the tasks that it made, also after it has finished.
	TaskSeconds int64 `json:"taskSeconds"`
	// ExtraTaskSeconds is the integral of the running tasks of the service beyond its desired count.
	ExtraTaskSeconds float64 `json:"extraTaskSeconds"`
	// ExtraCost is what these cost, at the price of a task of the deployment; nil without a price, and on EC2.
	ExtraCost *float64 `json:"extraCost"`
}

// Instances are the EC2 instances of one type in one region.
type Instances struct {
	Region       string   `json:"region"`
	InstanceType string   `json:"instanceType"`
	Count        int64    `json:"count"` // that began to run since From
	Hours        float64  `json:"hours"`
	Cost         *float64 `json:"cost"`
	// ReservedShare is which share of their CPU or memory, whichever is greater, tasks had reserved; 0 to 1.
	ReservedShare float64 `json:"reservedShare"`
	// Spot is set of Spot Instances, which have no price that holds for more than an hour.
	Spot bool `json:"spot,omitempty"`
}

// LoadBalancer is what a load balancer cost, also if it was deleted and made again.
type LoadBalancer struct {
	Place
	LoadBalancerName  string   `json:"loadBalancerName"`
	Hours             int64    `json:"hours"` // a started one counts whole
	CapacityUnitHours float64  `json:"capacityUnitHours"`
	Cost              *float64 `json:"cost"`
}

// PublicAddresses are public IPv4 addresses, used or idle. The cost of these, as of NAT gateways and logs, is without regions that
// have no price, and nil if none has.
type PublicAddresses struct {
	Hours float64  `json:"hours"`
	Cost  *float64 `json:"cost"`
}

type NATGateways struct {
	Hours float64  `json:"hours"`
	Cost  *float64 `json:"cost"`
}

// Logs is what CloudWatch Logs ingested.
type Logs struct {
	GB   float64  `json:"gb"`
	Cost *float64 `json:"cost"`
}

// Compare is what the same tasks would cost elsewhere: all on Fargate, all on Fargate Spot, and on instances of one type.
type Compare struct {
	Fargate     *float64   `json:"FARGATE"`
	FargateSpot *float64   `json:"FARGATE_SPOT"`
	EC2         CompareEC2 `json:"EC2"`
}

// CompareEC2 is a lower bound: the fewest instances of a type that could hold the tasks of each period.
type CompareEC2 struct {
	InstanceType  string   `json:"instanceType"`
	Instances     int64    `json:"instances"` // the most in any period
	InstanceHours float64  `json:"instanceHours"`
	Cost          *float64 `json:"cost"`
}

// NotCounted is something that AWS bills and the report leaves out.
type NotCounted struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Unpriced is something that was counted, and of which no price is known in a region.
type Unpriced struct {
	What   string `json:"what"`
	Region string `json:"region"`
}
