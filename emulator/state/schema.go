package state

import (
	"errors"

	"github.com/hashicorp/go-memdb"
)

// Names of the tables; also the names of the durable log's buckets.
const (
	tableCluster        = "cluster"
	tableClusterSummary = "cluster-summary"
	tableTaskDefinition = "task-definition"
	tableFamily         = "task-definition-family"
	tableTask           = "task"
	tableService        = "service"
	tableServiceSummary = "service-summary"
	tableServiceEvents  = "service-events"
	tableAccountSetting = "account-setting"
	tableClientToken    = "client-token"
	tableSubnet         = "subnet"
	tableSecurityGroup  = "security-group"
	tableVPC            = "vpc"
	tableNetwork        = "network"
)

// blank makes an empty row of each table, for the durable log to fill.
var blank = map[string]func() row{
	tableCluster:        func() row { return &Cluster{} },
	tableClusterSummary: func() row { return &ClusterSummary{} },
	tableTaskDefinition: func() row { return &TaskDefinition{} },
	tableFamily:         func() row { return &Family{} },
	tableTask:           func() row { return &Task{} },
	tableService:        func() row { return &Service{} },
	tableServiceSummary: func() row { return &ServiceSummary{} },
	tableServiceEvents:  func() row { return &ServiceEvents{} },
	tableAccountSetting: func() row { return &AccountSetting{} },
	tableClientToken:    func() row { return &ClientToken{} },
	tableSubnet:         func() row { return &Subnet{} },
	tableSecurityGroup:  func() row { return &SecurityGroup{} },
	tableVPC:            func() row { return &VPC{} },
	tableNetwork:        func() row { return &Network{} },
}

// schema gives each table its id, and tasks the indexes that controllers list by.
func schema() *memdb.DBSchema {
	s := &memdb.DBSchema{Tables: map[string]*memdb.TableSchema{}}
	for table := range blank {
		s.Tables[table] = &memdb.TableSchema{Name: table, Indexes: map[string]*memdb.IndexSchema{
			"id": {Name: "id", Unique: true, Indexer: keyIndex{func(r row) string { return r.Key() }}},
		}}
	}
	s.Tables[tableTask].Indexes["deployment"] = &memdb.IndexSchema{
		Name: "deployment", AllowMissing: true,
		Indexer: keyIndex{func(r row) string { return r.(*Task).Spec.liveDeployment(r.(*Task)) }},
	}
	for _, table := range []string{tableTask, tableClientToken} {
		s.Tables[table].Indexes["age"] = &memdb.IndexSchema{
			Name: "age", AllowMissing: true,
			Indexer: keyIndex{func(r row) string { return r.(aging).ageKey() }},
		}
	}
	return s
}

// keyIndex indexes rows by a string without reflection.
type keyIndex struct{ key func(row) string }

// FromObject implements memdb.SingleIndexer; the empty string is not indexed.
// The end mark keeps keys of a non-unique index apart from longer ones.
func (k keyIndex) FromObject(obj any) (bool, []byte, error) {
	key := k.key(obj.(row))
	if key == "" {
		return false, nil, nil
	}
	return true, endMarked(key), nil
}

// FromArgs implements memdb.Indexer.
func (k keyIndex) FromArgs(args ...any) ([]byte, error) {
	key, ok := args[0].(string)
	if len(args) != 1 || !ok {
		return nil, errors.New("a key is one string")
	}
	return endMarked(key), nil
}

// PrefixFromArgs implements memdb.PrefixIndexer.
func (k keyIndex) PrefixFromArgs(args ...any) ([]byte, error) {
	key, _ := args[0].(string)
	return []byte(key), nil
}

func endMarked(key string) []byte {
	b := make([]byte, len(key)+1)
	copy(b, key)
	return b
}
