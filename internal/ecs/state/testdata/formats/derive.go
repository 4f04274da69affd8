// Command derive writes the file of a format from 6 to 11, of which no program is left: `go run derive.go STATE NEW
// FORMAT` copies a state file of format 12 and takes back, one by one, what the migrations from FORMAT on do.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"log"
	"os"
	"strconv"

	"go.etcd.io/bbolt"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: derive STATE NEW FORMAT")
	}
	format := must(strconv.Atoi(os.Args[3]))
	state := must(bbolt.Open(os.Args[1], 0o600, &bbolt.Options{ReadOnly: true}))
	older := must(bbolt.Open(os.Args[2], 0o600, &bbolt.Options{NoFreelistSync: true}))
	must(0, bbolt.Compact(older, state, 0))
	must(0, older.Update(func(tx *bbolt.Tx) error { return takeBack(tx, format) }))
	must(0, older.Close())
}

func takeBack(tx *bbolt.Tx, format int) error {
	meta := tx.Bucket([]byte("meta"))
	if string(meta.Get([]byte("format"))) != "12" || format < 6 || format > 11 {
		return errors.New("it takes a file of format 12 back to 6, 7, 8, 9, 10 or 11")
	}
	// 11: no event is of a Spot notice.
	if format <= 10 { // clusters did not count what tasks have of Fargate
		rewrite(tx, "cluster-summary", func(row object) { delete(row, "fargateCPU") })
	}
	// 9 and 8: no event is of a fault or of a lifecycle action.
	if format <= 7 { // tasks were not counted by zone
		rewrite(tx, "service-summary", func(row object) {
			for _, placed := range listOf(row, "placed") {
				delete(placed.(object), "zone")
			}
		})
	}
	if format <= 6 { // each byte of hookDetails was a number
		rewrite(tx, "service-deployment", func(row object) {
			for _, hook := range listOf(row, "hooks") {
				text, has := hook.(object)["details"].(string)
				if !has {
					continue
				}
				var numbers []int
				for _, b := range must(base64.StdEncoding.DecodeString(text)) {
					numbers = append(numbers, int(b))
				}
				hook.(object)["details"] = numbers
			}
		})
	}
	return meta.Put([]byte("format"), []byte(strconv.Itoa(format)))
}

type object = map[string]any

func listOf(row object, member string) []any {
	list, _ := row[member].([]any)
	return list
}

func rewrite(tx *bbolt.Tx, table string, change func(row object)) {
	bucket := tx.Bucket([]byte(table))
	changed := map[string][]byte{} // a bucket must not change while it is read
	must(0, bucket.ForEach(func(key, value []byte) error {
		row := object{}
		must(0, json.Unmarshal(value, &row))
		change(row)
		changed[string(key)] = must(json.Marshal(row))
		return nil
	}))
	for key, row := range changed {
		must(0, bucket.Put([]byte(key), row))
	}
}

func must[V any](value V, err error) V {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
