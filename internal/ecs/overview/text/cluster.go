package text

import (
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

func clusterNames(clusters []overview.Cluster) map[string]string {
	names := map[string]string{}
	for _, c := range clusters {
		names[c.ARN] = c.Name
	}
	return addScopes(names)
}

// addScopes adds the account and the region to names where there are several. The keys are ARNs.
func addScopes(names map[string]string) map[string]string {
	regions, accounts := map[string]bool{}, map[string]bool{}
	for id := range names {
		scope := arn.ScopeOf(id)
		regions[scope.Region], accounts[scope.Account] = true, true
	}
	for id, name := range names {
		scope, parts := arn.ScopeOf(id), []string{}
		if len(accounts) > 1 {
			parts = append(parts, scope.Account)
		}
		if len(regions) > 1 {
			parts = append(parts, scope.Region)
		}
		if len(parts) > 0 {
			names[id] = name + " (" + strings.Join(parts, ", ") + ")"
		}
	}
	return names
}

// cluster is the cell of a cluster in tables of other things; there is none where there is one cluster.
func (r *renderer) cluster(clusterARN string) cell {
	if len(r.Clusters) < 2 {
		return cell{}
	}
	return cell{text: r.names[clusterARN]}
}

// leastCluster is the width of a column of clusters that may always be taken.
const leastCluster = len("CLUSTER")

// enoughCluster is the width to which it is cut for an optional column.
const enoughCluster = len("shop (us-east-1)")

// clusterColumn is the column of clusters: it is not cut so far that two look the same. Names that begin
// alike are cut in their middle, if they differ sooner there.
func clusterColumn(names map[string]string) column {
	atEnd, inMiddle := leastDistinct(names, cut), leastDistinct(names, cutMiddle)
	if inMiddle < atEnd {
		return column{title: "CLUSTER", least: inMiddle, enough: enoughCluster, cut: cutMiddle}
	}
	return column{title: "CLUSTER", least: atEnd, enough: enoughCluster}
}

// leastDistinct is how many columns of a terminal cut names need to differ.
func leastDistinct(names map[string]string, cut func(text string, room int) string) int {
	for room := leastCluster; ; room++ {
		shown, whole := map[string]bool{}, true
		for _, name := range names {
			text := cut(name, room)
			shown[text], whole = true, whole && text == name
		}
		if whole || len(shown) == len(names) {
			return room
		}
	}
}

func (r *renderer) clusters() *table {
	t := &table{columns: []column{
		r.clusterColumn, {title: "SERVICES", right: true}, {title: "RUNNING", right: true},
		{title: "PENDING", right: true}, {title: "INSTANCES", right: true},
	}, count: len(r.Clusters)}
	for _, c := range r.Clusters {
		t.items = append(t.items, &item{rows: [][]cell{{
			{text: r.names[c.ARN]}, count(c.ActiveServices), count(c.RunningTasks), count(c.PendingTasks), count(c.ContainerInstances),
		}}})
	}
	return t
}

func count(n int) cell { return cell{text: strconv.Itoa(n)} }
