package ecs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Support says how far an operation is built.
type Support string

// The levels of support.
const (
	Works    Support = "works"     // as on AWS, as far as its behaviour is known
	Partial  Support = "partial"   // works, apart from what the note names
	NotBuilt Support = "not built" // answers 501 NotImplementedException
)

// LedgerEntry is what the emulator promises of one operation.
type LedgerEntry struct {
	Operation string
	Support   Support
	// Note is one line: what it does that is worth knowing, or what is missing.
	Note string
}

// promises are the operations that are built. The tests of this package fail if
// one of them was not called with success, so nothing stands here untried.
var promises = []LedgerEntry{
	{"CreateCluster", Partial, "Fargate capacity providers only, associated at once; Service Connect namespaces are not made"},
	{"CreateService", Partial, "rolling deployments of the REPLICA strategy on Fargate; load balancers, Service Connect, service registries, volumes, alarms and lifecycle hooks are refused; as RunTask otherwise; tasks are spread over zones as they start and stop, none is moved to rebalance; image tags are not pinned to digests; a service whose tasks keep exiting restarts them every five seconds after ten failures in a row"},
	{"DeleteAccountSetting", Works, "forgets a principal's own value; the default counts again"},
	{"DeleteCluster", Works, "INACTIVE clusters are kept until the name is used again"},
	{"DeleteService", Works, "stops all tasks, with force or from a desired count of 0; DRAINING, then INACTIVE for an hour"},
	{"DeleteTaskDefinitions", Works, "revisions go an hour later, once no task and no service refers to them"},
	{"DeregisterTaskDefinition", Works, "makes a revision INACTIVE; running tasks and services keep it"},
	{"DescribeCapacityProviders", Partial, "FARGATE and FARGATE_SPOT only"},
	{"DescribeClusters", Partial, "counts no container instances; Fargate capacity providers have no attachments"},
	{"DescribeServices", Partial, "no currentServiceDeployment: service deployments are not resources yet"},
	{"DescribeTaskDefinition", Works, "by family, revision or ARN, in any status; tags where asked for"},
	{"DescribeTasks", Works, "status, times, exit codes, reasons, addresses and health as the engine has them; tags where asked for"},
	{"ListAccountSettings", Works, "every caller is the account's root user"},
	{"ListClusters", Works, "those that are not INACTIVE, in pages"},
	{"ListServices", Works, "ACTIVE services by launch type, scheduling strategy and resource management type, in pages"},
	{"ListServicesByNamespace", Partial, "no service uses a Service Connect namespace, so the list is empty"},
	{"ListTagsForResource", Partial, "clusters, services, tasks and task definitions"},
	{"ListTaskDefinitionFamilies", Works, "by prefix and status, in pages"},
	{"ListTaskDefinitions", Works, "by family and status, in either order, in pages"},
	{"ListTasks", Partial, "no container instances and no daemons to filter by"},
	{"PutAccountSetting", Partial, "stored and answered; only containerInsights has an effect; long ARN formats can't be turned off"},
	{"PutAccountSettingDefault", Partial, "as PutAccountSetting"},
	{"PutClusterCapacityProviders", Partial, "FARGATE and FARGATE_SPOT only"},
	{"RegisterTaskDefinition", Works, "all members, with ECS's checks, defaults, compatibilities and required attributes; what has no effect yet is refused when the definition is used"},
	{"RunTask", Partial, "FARGATE and FARGATE_SPOT; ECS Exec and volumes configured at launch are refused; roles, ephemeral storage, public addresses, the CPU architecture, version consistency, the options of logs and the names of ports are recorded without effect; Spot tasks are not interrupted"},
	{"StopTask", Works, "SIGTERM, stopTimeout, SIGKILL, in the reverse order of dependsOn"},
	{"TagResource", Partial, "clusters, services, tasks and task definitions"},
	{"UntagResource", Partial, "clusters, services, tasks and task definitions"},
	{"UpdateCluster", Partial, "settings and configuration are stored without effect; Service Connect namespaces are not made"},
	{"UpdateClusterSettings", Partial, "stored without effect"},
	{"UpdateService", Partial, "as CreateService"},
}

// Ledger lists all operations of the SDK by name.
func Ledger() []LedgerEntry {
	ledger := slices.Clone(promises)
	for _, operation := range slices.Collect(maps.Keys(notImplemented)) {
		ledger = append(ledger, LedgerEntry{operation, NotBuilt, "needs " + notImplemented[operation]})
	}
	slices.SortFunc(ledger, func(a, b LedgerEntry) int { return strings.Compare(a.Operation, b.Operation) })
	return ledger
}

// LedgerTable is the ledger as a table in Markdown, for COMPATIBILITY.md.
func LedgerTable() string {
	var b strings.Builder
	ledger := Ledger()
	count := map[Support]int{}
	for _, e := range ledger {
		count[e.Support]++
	}
	fmt.Fprintf(&b, "Of the %d operations of the AWS SDK for Go, %d work, %d work in part, and %d are not built.\n\n",
		len(ledger), count[Works], count[Partial], count[NotBuilt])
	b.WriteString("| Operation | Support | Note |\n| --- | --- | --- |\n")
	for _, e := range ledger {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", e.Operation, e.Support, e.Note)
	}
	return b.String()
}
