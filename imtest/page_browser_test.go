package imtest_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/imrest/im-go/imtest"
)

// browser drives a headless Chromium: its DevTools speak JSON over two pipes.
type browser struct {
	t       *testing.T
	in      *os.File
	out     *bufio.Reader
	session string
	id      int
}

// startBrowser starts Chromium, or skips the test where there is none.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("the page was not tried in a browser: no Chromium is installed")
	}
	commandsOut, commandsIn, err := os.Pipe()
	require.NoError(t, err)
	eventsOut, eventsIn, err := os.Pipe()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // a browser that hangs
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{commandsOut, eventsIn}
	require.NoError(t, cmd.Start())
	commandsOut.Close()
	eventsIn.Close()
	t.Cleanup(func() {
		commandsIn.Close() // the browser ends when nobody drives it
		_ = cmd.Wait()
		eventsOut.Close()
	})
	b := &browser{t: t, in: commandsIn, out: bufio.NewReader(eventsOut)}
	target := b.call("Target.createTarget", map[string]any{"url": "about:blank"})["targetId"]
	b.session = b.call("Target.attachToTarget", map[string]any{"targetId": target, "flatten": true})["sessionId"].(string)
	return b
}

// call sends one command and waits for its response.
func (b *browser) call(method string, params map[string]any) map[string]any {
	b.t.Helper()
	result, problem := b.try(method, params)
	require.Nil(b.t, problem, method)
	return result
}

// try is call for what the page may not be ready for.
func (b *browser) try(method string, params map[string]any) (result map[string]any, problem any) {
	b.t.Helper()
	b.id++
	command := map[string]any{"id": b.id, "method": method, "params": params}
	if b.session != "" {
		command["sessionId"] = b.session
	}
	text, err := json.Marshal(command)
	require.NoError(b.t, err)
	_, err = b.in.Write(append(text, 0))
	require.NoError(b.t, err)
	for {
		text, err := b.out.ReadBytes(0)
		require.NoError(b.t, err, "the browser ended")
		var response struct {
			ID     int            `json:"id"`
			Result map[string]any `json:"result"`
			Error  any            `json:"error"`
		}
		require.NoError(b.t, json.Unmarshal(bytes.TrimRight(text, "\x00"), &response))
		if response.ID == b.id {
			return response.Result, response.Error
		}
	}
}

// run evaluates JavaScript in the page.
func (b *browser) run(script string) any {
	b.t.Helper()
	result := b.call("Runtime.evaluate", evaluate(script))
	require.NotContains(b.t, result, "exceptionDetails", script)
	return result["result"].(map[string]any)["value"]
}

func evaluate(script string) map[string]any {
	return map[string]any{"expression": script, "returnByValue": true, "awaitPromise": true}
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url})
	b.until(`location.href !== "about:blank"`)
}

// until waits for a condition in a page that is complete: of one that is being read, what a test clicks next may be missing.
func (b *browser) until(condition string) {
	b.t.Helper()
	condition = `document.readyState === "complete" && (` + condition + `)`
	for range 1200 { // for a minute, on a machine that has time
		result, problem := b.try("Runtime.evaluate", evaluate(condition)) // a page that is being left cannot be asked
		if problem == nil && result["result"].(map[string]any)["value"] == true {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("never: %s\n%v", condition, b.run("document.body.innerText"))
}

// resize makes the window that of a device.
func (b *browser) resize(width, height int, mobile, dark bool) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 2, "mobile": mobile})
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
}

// shoot takes a picture for IMTEST_SCREENSHOTS, a folder, if it is set.
func (b *browser) shoot(name string) {
	b.t.Helper()
	folder := os.Getenv("IMTEST_SCREENSHOTS")
	if folder == "" {
		return
	}
	data, err := base64.StdEncoding.DecodeString(b.call("Page.captureScreenshot", map[string]any{})["data"].(string))
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), data, 0o600))
}

// messagesInPage are the texts of the messages, the newest first.
const messagesInPage = `[...document.querySelectorAll("#messages .text")].map(e => e.textContent)`

// write fills in the form and clicks the button.
func (b *browser) write(from, kind, to, text string) {
	b.t.Helper()
	q := strconv.Quote
	b.run(`{const f = document.querySelector(".compose"); f.from.value = ` + q(from) + `; f.kind.value = ` + q(kind) + `; f.to.value = ` + q(to) +
		`; f.text.value = ` + q(text) + `; f.querySelector("button").click()}`)
}

func TestPageInABrowser(t *testing.T) {
	c := newClient(t, imtest.WithPage(), imtest.WithQuotas())
	group := hikers(c)
	b := startBrowser(t)
	b.open(c.srv.URL() + "/")
	b.run(`document.body.dataset.marked = "yes"`)

	b.write("alice", "users", "bob", "from the form")
	b.until(messagesInPage + `[0] === "from the form"`)
	assert.Equal(t, "from the form", c.srv.Messages("bob")[0].Text())
	b.until(`document.getElementById("notice").textContent === "Sent." && document.querySelector(".compose").text.value === ""`)
	b.write("alice", "chatgroups", group, "to the club")
	b.until(messagesInPage + `[0] === "to the club"`)

	// What is new is marked until the page is fetched again, a second later.
	b.run(`new MutationObserver(() => {
		if (document.querySelector("#messages li.new .text")?.textContent === "from the API") document.body.dataset.markedAsNew = "yes";
	}).observe(document.getElementById("messages"), { subtree: true, childList: true, attributes: true })`)
	say(c, "users", "carol", "from the API")
	b.until(messagesInPage + `[0] === "from the API"`)
	assert.Equal(t, "yes", b.run(`document.body.dataset.markedAsNew`))

	const nasty = `<script>document.title = "gone"</script><img src=x onerror="document.title = 'gone'">`
	say(c, "users", "carol", nasty)
	b.until(messagesInPage + `[0] === ` + strconv.Quote(nasty))
	assert.EqualValues(t, 0, b.run(`document.querySelectorAll("#messages script, #messages img").length`))
	assert.NotEqual(t, "gone", b.run("document.title"))

	b.write("alice", "users", "zoe", "hello?")
	b.until(`document.getElementById("notice").textContent === "Sent, though there is no such user."`)
	c.srv.Clock().Advance(time.Minute) // quotas are free again
	for range 25 {
		c.send("POST", "/messages/chatgroups", `{"to":["`+group+`"],"type":"txt","body":{"msg":"x"}}`)
	}
	b.write("alice", "chatgroups", group, "too many")
	b.until(`document.getElementById("notice").className === "failed" || ` + messagesInPage + `[0] === "too many"`)

	c.srv.LogIn("bob")
	b.until(`document.querySelector("#users").textContent.includes("online")`)
	assert.Equal(t, "yes", b.run(`document.body.dataset.marked`), "the page was never loaded again")

	c.srv.RefuseConnections()
	b.until(`document.getElementById("lost").checkVisibility()`)
	require.NoError(t, c.srv.AcceptConnections())
	b.until(`!document.getElementById("lost").checkVisibility()`)
}

func TestPageWithoutScript(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	b := startBrowser(t)
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.open(srv.URL() + "/")
	b.write("alice", "users", "bob", "no script")
	b.until(messagesInPage + `[0] === "no script"`)
	assert.Len(t, srv.Messages("bob"), 1)
}

// Links lead through the app, and a list is turned without script.
func TestPageIsWalkedThrough(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	group := hikers(c)
	for i := range 60 {
		c.srv.AddUsers(fmt.Sprint("user-", i))
	}
	const nasty = `<img src=x onerror="document.title = 'gone'">`
	c.srv.AddUser(imtest.User{Username: nasty})
	say(c, "users", nasty, nasty)
	b := startBrowser(t)
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	click := func(selector, until string) {
		t.Helper()
		b.run(`document.querySelector(` + strconv.Quote(selector) + `).click()`)
		b.until(until)
	}
	b.open(c.srv.URL() + "/")
	click(`#users .more a`, `location.pathname === "/_im/page/users"`)
	click(`#older`, `document.querySelectorAll("#rows li").length === 15 && document.querySelector("#rows").textContent.includes("alice")`)
	click(`[data-id=alice] a`, `document.querySelector("h2").textContent === "alice"`)
	click(`[href="/_im/page/group?id=`+group+`"]`, `document.body.textContent.includes("weekend trips")`)
	click(`[href="/_im/page/user?id=bob"]`, `document.querySelector("h2").textContent === "bob"`)
	click(`nav [href="/_im/page/users"]`, `document.querySelector(".search")`+` !== null`)
	b.run(`document.querySelector("[name=q]").value = "onerror"; document.querySelector(".search button").click()`)
	b.until(`document.querySelectorAll("#rows li").length === 1`)
	click(`#rows a`, `document.querySelector("h2").textContent === `+strconv.Quote(nasty))
	click(`.entry a`, `document.querySelector("pre").textContent.includes("onerror")`)
	assert.EqualValues(t, 0, b.run(`document.querySelectorAll("img").length`))
	assert.NotEqual(t, "gone", b.run("document.title"))
	before := c.srv.Clock().Now()
	click(`[name=clock][value=day]`, `document.querySelector("#clock").textContent.includes("+86400 s")`)
	assert.GreaterOrEqual(t, c.srv.Clock().Now().Sub(before), 24*time.Hour)
	assert.Contains(t, b.run("location.search"), "id=", "it is the same view")
}

// Events come by themselves, and stop coming while the page is paused.
func TestPageFollowsEvents(t *testing.T) {
	srv := imtest.NewServer(t, imtest.WithPage())
	srv.AddUsers("alice")
	b := startBrowser(t)
	b.open(srv.URL() + "/_im/page/events")
	b.run(`document.body.dataset.marked = "yes"`)
	b.until(`document.querySelectorAll("#rows li").length === 1`)
	srv.AddUsers("bob")
	b.until(`document.querySelector("#rows li").textContent.includes("bob")`)
	b.run(`document.getElementById("pause").click()`)
	srv.AddUsers("carol")
	time.Sleep(1500 * time.Millisecond) // longer than what a page that is not paused takes
	assert.EqualValues(t, 2, b.run(`document.querySelectorAll("#rows li").length`))
	b.run(`document.getElementById("pause").click()`)
	b.until(`document.querySelector("#rows li").textContent.includes("carol")`)
	srv.AddUsers("dave")
	b.until(`document.querySelector("#rows li").textContent.includes("dave")`)
	b.run(`document.querySelector("[value=stop]").click()`)
	b.until(`document.getElementById("clock").textContent.includes("stands still")`)
	assert.False(t, srv.Clock().Runs())
	assert.Equal(t, "yes", b.run(`document.body.dataset.marked`), "the page was never loaded again")
}

// A picture is shown where its message is.
func TestPageShowsPictures(t *testing.T) {
	c := newClient(t, imtest.WithPage())
	sendPicture(c, "dave", "alice")
	b := startBrowser(t)
	b.open(c.srv.URL() + "/")
	b.until(`document.querySelector("#messages img").naturalWidth === 320`)
	b.open(c.srv.URL() + "/_im/page/message?id=" + c.srv.AllMessages()[0].ID)
	b.until(`document.querySelector("#detail img").naturalWidth === 320`)
}

// sendPicture uploads a picture of mountains and sends it.
func sendPicture(c *client, from, to string) {
	const width, height = 320, 160
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		peak := height - 30 - int(60*math.Abs(math.Sin(float64(x)/45)))
		for y := range height {
			shade := color.RGBA{uint8(140 + y/3), uint8(180 + y/4), 235, 255}
			if y > peak {
				shade = color.RGBA{70, 96, 112, 255}
			}
			picture.Set(x, y, shade)
		}
	}
	var data bytes.Buffer
	require.NoError(c.t, png.Encode(&data, picture))
	require.Equal(c.t, 200, c.upload("summit.png", data.Bytes()).status)
	files := c.srv.Files()
	url := c.srv.FileURL(files[len(files)-1].UUID)
	body := `{"from":"` + from + `","to":["` + to + `"],"type":"img","body":{"filename":"summit.png","url":"` + url + `","secret":"s"}}`
	require.Equal(c.t, 200, c.send("POST", "/messages/users", body).status)
}

// The page fits every window: nothing sticks out to the side, and text is not
// smaller than it can be read.
func TestPageFitsItsWindow(t *testing.T) {
	c := newClient(t, imtest.WithPage(), imtest.WithQuotas())
	fillForShow(c)
	views := map[string]string{
		"overview": "/", "users": "/_im/page/users", "user": "/_im/page/user?id=alice", "group": "/_im/page/group?id=" + c.srv.Groups()[0].ID,
		"messages": "/_im/page/messages", "message": "/_im/page/message?id=" + c.srv.AllMessages()[17].ID, "events": "/_im/page/events",
		"request": "/_im/page/request?id=5", "requests": "/_im/page/requests", "files": "/_im/page/files",
	}
	b := startBrowser(t)
	for _, w := range []struct {
		name          string
		width, height int
		mobile        bool
		views         []string
	}{
		{"desktop", 1280, 900, false, slices.Collect(maps.Keys(views))}, {"wide", 2200, 1000, false, []string{"overview"}}, {"tablet", 900, 1100, true, []string{"overview", "user"}},
		{"phone", 400, 844, true, slices.Collect(maps.Keys(views))}, {"small", 320, 568, true, []string{"overview", "messages", "request"}},
	} {
		for _, dark := range []bool{false, true} {
			b.resize(w.width, w.height, w.mobile, dark)
			scheme := map[bool]string{false: "light", true: "dark"}[dark]
			for _, view := range w.views {
				b.open(c.srv.URL() + views[view])
				assert.LessOrEqual(t, b.run("document.documentElement.scrollWidth"), float64(w.width), "%s, %s", view, w.name)
				assert.Empty(t, b.run(`[...document.querySelectorAll("main *")].filter(e => e.innerText && e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 12).map(e => e.innerText)`))
				assert.Empty(t, b.run(contrastFaults), "%s, %s, %s: text is hard to read", view, w.name, scheme)
				b.shoot(view + "-" + w.name + "-" + scheme)
			}
		}
	}
}

// contrastFaults are texts with less contrast than 4.5 to 1 to what is behind them.
const contrastFaults = `(() => {
	const rgb = text => text.match(/[\d.]+/g).map(Number);
	const light = c => c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
	const faults = [];
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility() || e.closest("datalist, script, style, select")) continue;
		const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
		const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (contrast < 4.5) faults.push(e.className + " " + e.textContent.trim().slice(0, 20) + " " + contrast.toFixed(2));
	}
	return faults;
})()`

// fillForShow is an app as it may look in the middle of a day.
func fillForShow(c *client) {
	names := []string{"alice", "bob", "carol", "dave", "erin", "frank", "王小明", "grace"}
	for _, name := range names {
		c.srv.AddUser(imtest.User{Username: name})
	}
	for _, name := range []string{"alice", "carol", "王小明"} {
		c.srv.LogIn(name)
	}
	c.send("POST", "/users/erin/deactivate", "")
	club := c.srv.AddGroup(imtest.Group{Name: "Hiking club", Owner: "alice", Members: []string{"bob", "carol", "dave"}}).ID
	c.srv.AddGroup(imtest.Group{Name: "Tea lovers with a very long name that does not fit on one line", Owner: "bob", MutedAll: true})
	c.srv.AddRoom(imtest.Room{ID: "lobby", Name: "Lobby", Owner: "alice", Members: []string{"carol", "王小明"}})
	post := func(kind, from, to, body string) {
		c.send("POST", "/messages/"+kind, `{"from":"`+from+`","to":["`+to+`"],`+body+`}`)
	}
	for range 17 {
		post("chatgroups", "carol", club, `"type":"cmd","body":{"action":"typing"}`)
	}
	post("users", "alice", "bob", `"type":"txt","body":{"msg":"The kettle is on."}`)
	post("users", "bob", "alice", `"type":"txt","body":{"msg":"Two minutes. Do you need milk?"}`)
	post("chatgroups", "carol", club, `"type":"txt","body":{"msg":"Saturday, 08:30 at the station. The train leaves at 08:41, and the next one goes two hours later, so please do not be late this time."}`)
	post("users", "王小明", "grace", `"type":"txt","body":{"msg":"你好，明天上午十点开会，可以吗？"}`)
	sendPicture(c, "dave", "alice")
	post("chatrooms", "alice", "lobby", `"type":"custom","body":{"customEvent":"gift","customExts":{"name":"rose"}}`)
	post("users", "grace", "frank", `"type":"loc","body":{"lat":"39.9","lng":"116.4","addr":"Temple of Heaven, Beijing"}`)
	post("users", "alice", "bob", `"type":"txt","body":{"msg":"<script>alert(\"not today\")</script>"}`)
	id := say(c, "users", "bob", "Wrong chat, sorry")
	c.send("POST", "/messages/msg_recall", order(id, "bob", "chat", true))
	c.send("GET", "/users/nobody", "")
	c.send("GET", "/user/alice/contacts?limit=10&needReturnRemark=true", "")
	c.anonymous().send("GET", "/chatgroups", "")
	post("users", "bob", "alice", `"type":"txt","body":{"msg":"See you at nine 👋"}`)
}
