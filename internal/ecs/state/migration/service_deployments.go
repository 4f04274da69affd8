package migration

import (
	"encoding/json"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// recordServiceDeployments gives the deployments of services the rows of their revisions
// and service deployments. Of older ones no record is left.
func recordServiceDeployments(rows *store.StoredRows) error {
	made := map[string]map[string]object{"service-revision": {}, "service-deployment": {}}
	err := rows.Rewrite("service", func(row []byte) ([]byte, error) {
		service, err := decoded(row)
		if err != nil {
			return nil, err
		}
		completed, _ := service["completed"].(object)
		for _, d := range append(listOf(service, "deployments"), completed) {
			revision := identified(service, d)
			if known := made["service-revision"][text(revision, "aRN")]; known != nil {
				d["revision"] = known // that of what remains of a deployment lacks the time
			} else if revision != nil {
				made["service-revision"][text(revision, "aRN")] = revision
			}
		}
		for at, d := range listOf(service, "deployments") {
			record := recorded(service, d, at == 0)
			d["serviceDeploymentARN"] = record["aRN"]
			made["service-deployment"][text(record, "aRN")] = record
		}
		return json.Marshal(service)
	})
	if err != nil {
		return err
	}
	for table, added := range made {
		for key, row := range added {
			text, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if err := rows.Put(table, key, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// digits are what the id of a deployment and the ARN of its revision share.
func digits(deploymentID string) string { return deploymentID[strings.IndexByte(deploymentID, '/')+1:] }

// identified is the revision of a deployment with its ARN; nil when there is none.
func identified(service, deployment object) object {
	revision, _ := deployment["revision"].(object)
	if revision == nil {
		return nil
	}
	id, name := text(service, "aRN"), text(service, "name")
	revision["aRN"] = arn.ScopeOf(id).ServiceRevision(arn.ClusterName(id), name, digits(text(deployment, "iD")))
	revision["serviceARN"], revision["createdAt"] = id, deployment["createdAt"]
	if revision["createdAt"] == nil { // what remains of a deployment has no time
		revision["createdAt"] = service["createdAt"]
	}
	return revision
}

// recorded is the service deployment of a deployment.
func recorded(service, deployment object, primary bool) object {
	id, name, created := text(service, "aRN"), text(service, "name"), deployment["createdAt"]
	revision, _ := deployment["revision"].(object)
	record := object{
		"aRN":        arn.ScopeOf(id).ServiceDeployment(arn.ClusterName(id), name, arn.ServiceDeploymentID(text(deployment, "iD"))),
		"serviceARN": id, "createdAt": created, "startedAt": created, "updatedAt": deployment["updatedAt"],
		"deploymentConfiguration": service["deploymentConfiguration"],
		"target":                  object{"aRN": revision["aRN"], "deploymentID": deployment["iD"], "requested": deployment["desiredCount"]},
	}
	switch state := text(deployment, "rolloutState"); {
	case state == "COMPLETED":
		record["status"], record["finishedAt"] = "SUCCESSFUL", deployment["updatedAt"]
	case state == "FAILED" || service["inactiveAt"] != nil:
		record["status"], record["finishedAt"], record["stoppedAt"] = "STOPPED", deployment["updatedAt"], deployment["updatedAt"]
	case primary:
		record["status"] = "IN_PROGRESS"
	default:
		record["status"] = "STOP_REQUESTED"
	}
	return record
}
