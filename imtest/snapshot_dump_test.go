package imtest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/imrest/im-go/imtest/internal/world"
)

// Dump writes all that a server holds, a value a line, and names the fields
// that are zero wherever they are. It goes over the types by reflection: a field
// that is added to the state is seen without a change here.
func (srv *Server) Dump() (lines, zero []string) {
	d := &dumper{seen: map[unsafe.Pointer]string{}, filled: map[string]bool{}}
	d.walk("world", reflect.ValueOf(srv.world).Elem())
	for field, filled := range d.filled {
		if !filled {
			zero = append(zero, field)
		}
	}
	slices.Sort(zero)
	return d.lines, zero
}

type dumper struct {
	lines  []string
	seen   map[unsafe.Pointer]string // where a pointer was first
	filled map[string]bool           // by type and field: is it anywhere more than zero
}

// notDumped are fields that are no data, or that Save leaves out. Online and banned users are
// lists made of users; a test of world has them come back.
var notDumped = []string{
	"World.online", "World.banned",
	"World.Conf", "World.events", "World.StoragePort", "World.tokens", "World.mu", "World.tokenMu", "IDs.mu", "IDs.ticks", "IDs.node", "Circle.Kind",
}

func (d *dumper) line(path string, v any) { d.lines = append(d.lines, fmt.Sprintf("%s = %v", path, v)) }

func (d *dumper) walk(path string, v reflect.Value) {
	switch at := v.Addr().Interface().(type) {
	case *time.Time:
		d.line(path, at.UnixNano())
		return
	case *atomic.Int64:
		d.line(path, at.Load())
		return
	case *strings.Builder:
		d.line(path, at.String())
		return
	case **time.Location:
		d.line(path, *at)
		return
	}
	switch v.Kind() { //nolint:exhaustive // the others are plain values
	case reflect.Pointer:
		d.pointer(path, v)
	case reflect.Struct:
		d.fields(path, v)
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int {
			return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
		}) {
			d.walk(fmt.Sprintf("%s[%v]", path, key), addressable(v.MapIndex(key)))
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			d.line(path, string(v.Bytes()))
			return
		}
		for i := range v.Len() {
			d.walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	default:
		d.line(path, v.Interface())
	}
}

// pointer goes to each value once, so that what is shared shows as shared.
func (d *dumper) pointer(path string, v reflect.Value) {
	switch first, seen := d.seen[v.UnsafePointer()]; {
	case v.IsNil():
		d.line(path, nil)
	case v.Type() == reflect.TypeFor[*world.Content](), v.Type() == reflect.TypeFor[*world.Rare]():
		d.walk(path, v.Elem()) // they never change: it is all the same who shares them
	case seen:
		d.line(path, "that of "+first)
	default:
		d.seen[v.UnsafePointer()] = path
		d.walk(path, v.Elem())
	}
}

func (d *dumper) fields(path string, v reflect.Value) {
	if strings.HasPrefix(v.Type().Name(), "Book[") {
		d.book(path, v)
		return
	}
	for i := range v.NumField() {
		name := v.Type().Name() + "." + v.Type().Field(i).Name
		if slices.Contains(notDumped, name) {
			continue
		}
		field := open(v.Field(i))
		d.filled[name] = d.filled[name] || !isEmpty(field)
		d.walk(path+"."+v.Type().Field(i).Name, field)
	}
}

// book writes the entries of a book in their order.
func (d *dumper) book(path string, v reflect.Value) {
	keys := map[unsafe.Pointer]string{}
	for k, row := range open(v.FieldByName("keys")).Seq2() {
		keys[row.UnsafePointer()] = k.String()
	}
	rows := open(v.FieldByName("rows"))
	for i := range rows.Len() {
		if key, there := keys[rows.Index(i).UnsafePointer()]; there {
			d.line(path, "has "+key)
			d.walk(path+"["+key+"]", open(rows.Index(i).Elem().FieldByName("value")))
		}
	}
}

func isEmpty(v reflect.Value) bool {
	if strings.HasPrefix(v.Type().Name(), "Book[") {
		return open(v.FieldByName("keys")).Len() == 0
	}
	switch v.Kind() { //nolint:exhaustive // the others are zero or not
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// open lets a test read a field that is not exported.
func open(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

func addressable(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}

// Parts names the parts of the data of Save.
func Parts() []string {
	names := map[string]bool{}
	for _, part := range snapshotParts() {
		names[part.name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
